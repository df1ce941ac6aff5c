import RepriseModel
import RepriseSystem

/// Makes images from recipes, once for each content: `images/builds/<digest>/` of the store holds the record, the log and
/// the recipe as it was built.
package struct ImageBuilder: Sendable {
    let supply: any ImageSupply
    /// The folder of all builds.
    let folder: String
    let files: any FileSystem
    let trees: any FileTree
    let clock: any WallClock

    package init(
        folder: String,
        supply: any ImageSupply,
        files: any FileSystem,
        trees: any FileTree,
        clock: any WallClock
    ) {
        self.folder = folder
        self.supply = supply
        self.files = files
        self.trees = trees
        self.clock = clock
    }

    /// The image of the recipe, built if there is none yet; other processes that want the same one wait for it.
    ///
    /// `code` is the experiment's folder in frozen code, and `root` the folder of all frozen code, out of which no context
    /// leads. A base that is in `pins` is that image, whatever its tag says by now. Where the engine no longer has the
    /// image and nobody else does, it is built again; if that gives another image than `expected`, this throws
    /// `EngineError.digestMismatch`, and without an expectation a note tells it.
    package func build(
        _ recipe: ImageRecipe,
        code: String,
        root: String? = nil,
        pins: [String: ImageIdentity] = [:],
        expected: Digest? = nil,
        on engine: any ContainerEngine,
        progress: @escaping @Sendable (ImageProgress) -> Void
    ) async throws -> BuiltImage {
        try check(recipe, fits: engine)
        let prepared = try await prepare(recipe, code, root ?? code, pins: pins, engine, progress)
        return try await image(of: prepared, expected, engine, progress)
    }

    /// The one that is there, or a new one.
    func image(
        of prepared: PreparedRecipe,
        _ expected: Digest?,
        _ engine: any ContainerEngine,
        _ progress: @escaping @Sendable (ImageProgress) -> Void
    ) async throws -> BuiltImage {
        if let kept = try await kept(prepared, expected, engine, progress) { return kept }
        let place = place(of: prepared.digest)
        try files.makeFolder(place)
        let lock = place + "/lock"
        if try isHeld(lock) { progress(.waiting("another process builds `\(prepared.recipe.path)`")) }
        return try await trees.locked(lock) {
            if let kept = try await kept(prepared, expected, engine, progress) { return kept }
            return try await buildAnew(prepared, expected, engine, progress)
        }
    }

    /// What was written down of a build; nil where there is none.
    package func record(_ digest: Digest) throws -> BuildRecord? {
        let path = place(of: digest) + "/record.json"
        guard try files.exists(path) else { return nil }
        return try Value(json: files.text(path)).decode()
    }

    func place(of digest: Digest) -> String { "\(folder)/\(digest)" }

    private func isHeld(_ lock: String) throws -> Bool {
        if try FileLock(lock) != nil { return false }
        return true
    }

    private func check(_ recipe: ImageRecipe, fits engine: any ContainerEngine) throws {
        guard recipe.kind.format != engine.kind.format else { return }
        let isDockerfile = recipe.kind == .dockerfile
        throw Mistake(
            "`\(engine.kind.rawValue)` cannot build `\(recipe.path)`",
            why: isDockerfile
                ? "it is a Dockerfile, which Podman and Docker build"
                : "it is a definition, which Apptainer builds and executes",
            fix: isDockerfile
                ? "install Podman, which needs no rights, or write a definition and name it under `build.definition`"
                : "run on a target of kind `apptainer`, or write a Dockerfile and name it under `build.dockerfile`",
            code: "wrong-recipe"
        )
    }

    private func prepare(
        _ recipe: ImageRecipe,
        _ code: String,
        _ root: String,
        pins: [String: ImageIdentity],
        _ engine: any ContainerEngine,
        _ progress: @escaping @Sendable (ImageProgress) -> Void
    ) async throws -> PreparedRecipe {
        let path = absolutePath(recipe.path, from: code)
        let text = try recipe.text(code: code, files: files)
        let reading = try recipe.reading(of: text)
        let folder = try contextFolder(recipe, code, root)
        let context = try BuildContext(
            folder,
            sources: reading.sources,
            ignoring: recipe.kind == .dockerfile
                ? ["\(path).dockerignore", "\(folder)/.containerignore", "\(folder)/.dockerignore"] : [],
            files: files,
            trees: trees
        )
        var bases: [String: ImageIdentity] = [:]
        for base in reading.bases {
            if let pinned = pins[base] {
                bases[base] = pinned
            } else {
                bases[base] = try await supply.resolve(base, from: code, on: engine, progress: progress)
            }
        }
        return try PreparedRecipe(recipe, text: text, reading: reading, context: context, bases: bases)
    }

    private func contextFolder(_ recipe: ImageRecipe, _ code: String, _ root: String) throws -> String {
        let folder = absolutePath(recipe.context, from: code)
        guard folder == root || folder.hasPrefix(root + "/") else {
            throw Mistake(
                "the context `\(recipe.context)` of `\(recipe.path)` lies outside of the project",
                why: "an image is built from frozen code alone",
                fix: "name a folder of the project as `environment.build.context`",
                code: "context-outside"
            )
        }
        guard try files.isFolder(folder) else {
            throw Mistake(
                "the snapshot has no folder `\(recipe.context)`, the context of `\(recipe.path)`",
                code: "context-missing"
            )
        }
        return folder
    }
}

extension ImageBuilder {
    /// Writes into the records of the image that a registry has it.
    package func note(repository: String, manifest: Digest, of id: Digest) throws {
        guard try files.exists(folder) else { return }
        for name in try files.names(in: folder) {
            guard let digest = Digest(name), var record = try record(digest), record.image.id == id else { continue }
            (record.image.repository, record.image.manifest) = (repository, manifest)
            try write(record, digest)
        }
    }

    func write(_ record: BuildRecord, _ digest: Digest) throws {
        let text = try Value(encoding: record).json(pretty: true)
        try files.write(Array(text.utf8), to: place(of: digest) + "/record.json", mode: 0o644, durable: true)
    }
}
