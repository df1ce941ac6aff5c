import RepriseModel
import RepriseSystem

/// The images of a store: what a reference means, that an engine has it, and the files by which it is kept.
package struct ImageShelf: Sendable {
    package let folder: String
    package let search: EngineSearch
    private let files: any FileSystem
    private let trees: any FileTree
    private let processes: any ProcessRunner
    private let http: any HTTPClient
    private let clock: any WallClock

    /// `folder` is `images` in the store.
    package init(
        folder: String,
        files: any FileSystem,
        trees: any FileTree,
        processes: any ProcessRunner,
        http: any HTTPClient,
        clock: any WallClock,
        search: EngineSearch
    ) {
        self.folder = folder
        self.files = files
        self.trees = trees
        self.processes = processes
        self.http = http
        self.clock = clock
        self.search = search
    }

    /// What a reference, as a person wrote it, means now. Relative paths count from `folder`. An archive is taken into the
    /// engine; a registry is only asked, and fetched from where it tells too little.
    package func resolve(
        _ text: String,
        from folder: String,
        on engine: any ContainerEngine,
        progress: @escaping @Sendable (ImageProgress) -> Void = { _ in }
    ) async throws -> ImageIdentity {
        _ = try ImageSource(text, from: folder)
        throw Mistake("images cannot be resolved yet", code: "not-built")
    }

    /// Makes sure that the engine has exactly this image, and hands back what its command takes: `sha256:…`, or the path of
    /// a `.sif`. Of any number of processes one fetches it, and the others wait. Costs no engine call where it is there.
    package func ensure(
        _ image: ImageIdentity,
        on engine: any ContainerEngine,
        progress: @escaping @Sendable (ImageProgress) -> Void = { _ in }
    ) async throws -> String {
        if await engine.holds(image.id) { return "sha256:\(image.id)" }
        throw Mistake("images cannot be fetched yet", code: "not-built")
    }

    /// Another image that the reference means now, where that is not the pinned one; nil where it still is, or nobody can
    /// tell.
    package func moved(
        _ text: String,
        from folder: String,
        pinned: ImageIdentity,
        on engine: any ContainerEngine
    ) async -> ImageIdentity? {
        nil
    }

    /// Puts the image into the store as a file. One that is kept already is only looked at.
    package func keep(
        _ image: ImageIdentity,
        from engine: any ContainerEngine,
        progress: @escaping @Sendable (ImageProgress) -> Void = { _ in }
    ) async throws -> KeptImage {
        throw Mistake("images cannot be kept yet", code: "not-built")
    }

    /// Those that are kept, by what they were called.
    package func kept() throws -> [KeptImage] { [] }

    /// Removes the file of a kept image. One that is not kept is no mistake.
    package func release(_ id: Digest) throws {}
}
