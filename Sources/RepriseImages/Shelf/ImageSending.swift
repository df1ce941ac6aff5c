import RepriseModel
import RepriseSystem

extension ImageShelf {
    /// Lets one at a time send an image to a registry; the others wait, and do what `body` finds left to do.
    package func sending<Result>(
        _ image: ImageIdentity,
        progress: @escaping @Sendable (ImageProgress) -> Void = { _ in },
        _ body: () async throws -> Result
    ) async throws -> Result {
        try await locks.held(
            "\(image.id)-send",
            doing: "sends `\(image.reference)` to a registry",
            progress: progress,
            body
        )
    }

    /// Whether the registry that is said to have the image has it. nil where that cannot be told: none is said to, it does
    /// not answer within `patience`, or lets nobody of this machine in.
    package func isPublished(_ image: ImageIdentity, patience: Duration = .seconds(5)) async -> Bool? {
        guard let repository = image.repository, let manifest = image.manifest,
            let reference = try? RegistryReference("\(repository)@sha256:\(manifest)")
        else { return nil }
        return await withTaskGroup(of: Bool?.self) { group in
            group.addTask { await registry.has(reference) }
            group.addTask {
                // Ended early when the answer comes first.
                try? await ContinuousClock().sleep(for: patience)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}
