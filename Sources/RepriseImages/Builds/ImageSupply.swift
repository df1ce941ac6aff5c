import RepriseModel

/// Where builds get their bases from.
package protocol ImageSupply: Sendable {
    /// See `ImageShelf`.
    func resolve(
        _ text: String,
        from folder: String,
        on engine: any ContainerEngine,
        progress: @escaping @Sendable (ImageProgress) -> Void
    ) async throws -> ImageIdentity

    /// See `ImageShelf`.
    func ensure(
        _ image: ImageIdentity,
        on engine: any ContainerEngine,
        progress: @escaping @Sendable (ImageProgress) -> Void
    ) async throws -> String
}

extension ImageShelf: ImageSupply {}
