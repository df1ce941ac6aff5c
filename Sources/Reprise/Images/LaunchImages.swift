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

    /// Finds the images that the plan names by reference: as `reprise.lock` has them, else as they are now. Hands back
    /// those that the lock does not have yet.
    mutating func find(_ part: ExperimentPlan) async throws -> [String: ImageIdentity] {
        let images = part.environments.filter { if case .image = $0.source { ready[$0.source] == nil } else { false } }
        guard !images.isEmpty else { return [:] }
        let lock = try DataLock(in: part.folder, files: files)
        var fresh: [String: ImageIdentity] = [:]
        for environment in images {
            guard case .image(let text, let folder) = environment.source else { continue }
            if let image = lock.images[text] {
                let found = try await bring(image)
                ready[environment.source] = found
                pinned.append(Pinned(text: text, folder: folder, ready: found))
            } else {
                let image = try await resolve(text, from: folder)
                ready[environment.source] = try await bring(image)
                fresh[text] = image
            }
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

    /// Builds what the plan names by recipe, from frozen code, with the bases that `reprise.lock` pins. Hands back the
    /// bases that the lock does not have yet.
    mutating func build(_ part: ExperimentPlan, from code: BuildCode) async throws -> [String: ImageIdentity] {
        var fresh: [String: ImageIdentity] = [:]
        for environment in part.environments {
            guard case .recipe(let recipe) = environment.source, ready[environment.source] == nil else { continue }
            let pins = try DataLock(in: part.folder, files: files).images.merging(fresh) { $1 }
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
            fresh.merge(built.bases.filter { pins[$0.key] == nil }) { $1 }
        }
        return fresh
    }

    /// The target's own engine where it can build the recipe, else the first that can.
    func buildingEngine(_ kind: ImageRecipe.Kind) async throws -> any ContainerEngine {
        if let own = try? await engine(kind.format)().engine, kind.engines.contains(own.kind) { return own }
        return try await shelf.search.firstWorking(kind.engines).engine
    }

    /// What is to be told of references that mean another image by now than the one that is used.
    func moves(_ watch: PinWatch) async -> [String] {
        var sentences: [String] = []
        for pin in pinned {
            let image = pin.ready.image
            guard let now = await watch.moved(pin.text, from: pin.folder, image, shelf: shelf, on: pin.ready.engine)
            else { continue }
            sentences.append(
                """
                the image `\(pin.text)` has moved since it was pinned: it is \(now.short) now, and \
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
