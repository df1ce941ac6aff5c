import OrderedCollections
import RepriseExperiments
import RepriseImages
import RepriseModel
import RepriseSite
import RepriseSnapshots
import RepriseSystem

/// The images of one launch: what each reference and each recipe means, and that the engine of the target has it. Each is
/// looked for once.
struct LaunchImages: Sendable {
    typealias Source = EnvironmentDeclaration.Source

    /// An image that lies ready on an engine.
    struct Ready: Sendable {
        var image: ImageIdentity
        var engine: any ContainerEngine
        /// What the engine's command takes.
        var name: String
    }

    /// One that `reprise.lock` names.
    private struct Pinned: Sendable {
        var text: String
        var folder: String
        var ready: Ready
    }

    let shelf: ImageShelf
    let builder: ImageBuilder
    /// The engine of the target for images of a format; nil where that is not known yet.
    let engine: @Sendable (ImageIdentity.Format?) throws -> EngineSource
    let files: any FileSystem
    let tell: @Sendable (ProgressEvent) -> Void
    private(set) var ready: [Source: Ready] = [:]
    private var pinned: [Pinned] = []

    init(
        shelf: ImageShelf,
        builder: ImageBuilder,
        files: any FileSystem,
        engine: @escaping @Sendable (ImageIdentity.Format?) throws -> EngineSource,
        tell: @escaping @Sendable (ProgressEvent) -> Void
    ) {
        self.shelf = shelf
        self.builder = builder
        self.files = files
        self.engine = engine
        self.tell = tell
    }

    /// Finds the images that the plan names by reference, and those that its recipes begin with: as `reprise.lock` has
    /// them, else as `fresh` has them, which is about to be written there, else as they are now. Hands back `fresh` with
    /// those that were looked up.
    mutating func find(
        _ part: ExperimentPlan,
        besides fresh: [String: ImageIdentity] = [:]
    ) async throws -> [String: ImageIdentity] {
        let images = part.environments.filter { !$0.source.isHost && ready[$0.source] == nil }
        guard !images.isEmpty else { return fresh }
        let lock = try DataLock(in: part.folder, files: files)
        var fresh = fresh
        for environment in images {
            if case .recipe(let recipe) = environment.source {
                fresh.merge(try await bases(of: recipe, part, pins: lock.images.merging(fresh) { $1 })) { $1 }
            }
            guard case .image(let text, let folder) = environment.source else { continue }
            if let image = lock.images[text] {
                let found = try await bring(image)
                ready[environment.source] = found
                pinned.append(Pinned(text: text, folder: folder, ready: found))
            } else if let image = fresh[text] {
                ready[environment.source] = try await bring(image)
            } else {
                let image = try await resolve(text, from: folder)
                ready[environment.source] = try await bring(image)
                fresh[text] = image
            }
        }
        return fresh
    }

    /// The bases of the recipe as it lies here, but for those that are pinned. They are pinned before the code is frozen,
    /// to which the lock belongs.
    private func bases(
        of recipe: RecipeDeclaration,
        _ part: ExperimentPlan,
        pins: [String: ImageIdentity]
    ) async throws -> [String: ImageIdentity] {
        let order = ImageRecipe(recipe, from: part.folder)
        var fresh: [String: ImageIdentity] = [:]
        for base in try order.bases(code: part.folder, files: files) where pins[base] == nil {
            let engine = try await buildingEngine(order.kind)
            let tell = tell
            fresh[base] = try await shelf.resolve(base, from: part.folder, on: engine) { tell(.image(base, $0)) }
            tell(.imageReady(base))
        }
        return fresh
    }

    /// What a reference means now.
    func resolve(_ text: String, from folder: String) async throws -> ImageIdentity {
        let engine = try await engine(ImageSource(text, from: folder).format)().engine
        let tell = tell
        let image = try await shelf.resolve(text, from: folder, on: engine) { tell(.image(text, $0)) }
        tell(.imageReady(text))
        return image
    }

    /// Makes sure that the engine has the image, and that this machine can execute it.
    func bring(_ image: ImageIdentity) async throws -> Ready {
        if let architecture = image.architecture, architecture != machineArchitecture {
            throw EngineError.wrongArchitecture(image.reference, image: architecture, machine: machineArchitecture)
        }
        let engine = try await engine(image.format)().engine
        let tell = tell
        let name = try await shelf.ensure(image, on: engine) { tell(.image(image.reference, $0)) }
        tell(.imageReady(image.reference))
        return Ready(image: image, engine: engine, name: name)
    }

    /// Those of the plan that are ready, each once.
    func ready(for part: ExperimentPlan) -> [(Source, Ready)] {
        part.environments.compactMap { environment in ready[environment.source].map { (environment.source, $0) } }
    }

    /// Builds what the plan names by recipe, from frozen code, with the bases that `reprise.lock` pins.
    mutating func build(_ part: ExperimentPlan, from code: BuildCode) async throws {
        for environment in part.environments {
            guard case .recipe(let recipe) = environment.source, ready[environment.source] == nil else { continue }
            let pins = try DataLock(in: part.folder, files: files).images
            let order = ImageRecipe(recipe, from: part.folder)
            let tell = tell
            let built = try await builder.build(
                order,
                code: code.folder,
                root: code.root,
                pins: pins,
                on: try await buildingEngine(order.kind)
            ) { tell(.image(order.path, $0)) }
            tell(.imageReady(order.path))
            for note in built.notes { tell(.note(note)) }
            ready[environment.source] = try await bring(built.image)
        }
    }

    /// The target's own engine where it can build the recipe, else the first that can.
    func buildingEngine(_ kind: ImageRecipe.Kind) async throws -> any ContainerEngine {
        if let own = try? await engine(kind.format)().engine, kind.engines.contains(own.kind) { return own }
        return try await shelf.search.firstWorking(kind.engines).engine
    }

    /// What is to be told of references that mean another image by now than the one that is used. What cannot be asked,
    /// or takes longer than `patience` to answer, is no obstacle.
    func moves(within patience: Duration = .milliseconds(1500)) async -> [String] {
        await withTaskGroup(of: [String]?.self) { group in
            group.addTask { await moved() }
            group.addTask {
                // Ended early when the answers come first.
                try? await ContinuousClock().sleep(for: patience)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? []
        }
    }

    private func moved() async -> [String] {
        var sentences: [String] = []
        for pin in pinned {
            let image = pin.ready.image
            let now = await shelf.moved(pin.text, from: pin.folder, pinned: image, on: pin.ready.engine)
            guard let now, now.id != image.id else { continue }
            sentences.append(
                """
                the image `\(pin.text)` has moved since it was pinned: it is \(now.id.short) now, and \
                \(image.id.short) is used, as `reprise.lock` says; `reprise image pull --update \(pin.text)` \
                moves the pin
                """
            )
        }
        return sentences
    }
}

/// Frozen code to build from: the experiment's folder in it, and the folder of all of it.
struct BuildCode: Sendable {
    var folder: String
    var root: String
}

extension ImageRecipe {
    /// Paths count from the experiment's folder, so that they mean the same in frozen code.
    init(_ recipe: RecipeDeclaration, from folder: String) {
        self.init(
            recipe.kind == .dockerfile ? .dockerfile : .definition,
            path: relativePath(recipe.file, from: folder),
            context: recipe.context == folder ? "." : relativePath(recipe.context, from: folder),
            arguments: Dictionary(recipe.arguments.map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
        )
    }
}

extension ImageSource {
    /// What the image will be, where the reference tells.
    var format: ImageIdentity.Format? {
        switch self {
        case .file: .sif
        case .registry(let reference): reference.isFile ? .sif : nil
        case .dockerArchive, .ociArchive, .ociLayout, .engine: nil
        }
    }
}
