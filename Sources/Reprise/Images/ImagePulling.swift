import OrderedCollections
import RepriseExperiments
import RepriseImages
import RepriseModel
import RepriseSite
import RepriseSnapshots
import RepriseStore
import RepriseSystem

extension Laboratory {
    /// Makes the image, or all images that the experiment names, ready on the engine of the target, or of each of several
    /// (`hpc,pods`): those that `reprise.lock` pins, or with `update` those that the references mean now, which are pinned
    /// from then on.
    ///
    /// `name` is an experiment file or a reference. Images that an experiment builds are left to its runs.
    public func pullImages(
        _ name: String,
        update: Bool = false,
        target: String? = nil,
        settings: [String] = [],
        progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
    ) async throws -> [PulledImage] {
        var pulled: [PulledImage] = []
        for (turn, target) in try TargetChoice(parsing: target).each.enumerated() {
            // What a reference means now is looked up once: the second target has the same.
            let update = update && turn == 0
            let more =
                isExperiment(name)
                ? try await pullAll(of: name, update: update, target, settings, progress)
                : [try await pullOne(name, update: update, target, settings, progress)]
            pulled += more.filter { !pulled.contains($0) }
        }
        return pulled
    }

    private func pullOne(
        _ reference: String,
        update: Bool,
        _ target: String?,
        _ settings: [String],
        _ progress: @escaping @Sendable (ProgressEvent) -> Void
    ) async throws -> PulledImage {
        try await pull(
            reference,
            from: folder,
            update: update,
            try store(makingIn: folder),
            target: target,
            settings: settings,
            progress: progress
        )
    }

    private func pullAll(
        of name: String,
        update: Bool,
        _ target: String?,
        _ settings: [String],
        _ progress: @escaping @Sendable (ProgressEvent) -> Void
    ) async throws -> [PulledImage] {
        let plan = try await plan(RunOptions(file: name, settings: settings, target: target, confirmed: true))
        let store = try store(makingIn: home(of: plan))
        var pulled: [PulledImage] = []
        for part in plan.plans {
            for wanted in part.wantedImages {
                switch wanted.source {
                case .image(let text, let folder):
                    let order = Pull(text: text, folder: folder, lock: part.folder, update: update, pins: true)
                    let settings = try plan.site.settings(for: wanted.target)
                    pulled.append(try await pull(order, on: settings, store, progress))
                case .recipe(let recipe):
                    progress(.note("`\(recipe.file)` is a recipe: `reprise image build` makes its image"))
                case .host, .unsaid: continue
                }
            }
        }
        return pulled
    }

    private func isExperiment(_ name: String) -> Bool {
        guard [".yaml", ".yml", ".py", ".json"].contains(where: name.hasSuffix) else { return false }
        return true
    }

    /// One reference of `folder`, with its lock.
    func pull(
        _ reference: String,
        from folder: String,
        update: Bool,
        _ store: Store,
        target: String? = nil,
        settings: [String] = [],
        progress: @escaping @Sendable (ProgressEvent) -> Void
    ) async throws -> PulledImage {
        let target = try site(overrides: settings, target: target).settings(for: nil)
        let order = Pull(text: reference, folder: folder, lock: folder, update: update, pins: false)
        return try await pull(order, on: target, store, progress)
    }

    /// What to fetch, and what is to be written down of it.
    private struct Pull {
        var text: String
        /// From which relative paths count.
        var folder: String
        /// The folder whose lock holds.
        var lock: String
        var update: Bool
        /// Whether a reference that the lock does not have is added to it.
        var pins: Bool
    }

    private func pull(
        _ order: Pull,
        on target: TargetSettings,
        _ store: Store,
        _ progress: @escaping @Sendable (ProgressEvent) -> Void
    ) async throws -> PulledImage {
        let pinned = try DataLock(in: order.lock, files: world.files).images[order.text]
        let shelf = shelf(store)
        var image = order.update ? nil : pinned
        if image == nil {
            let format = try ImageSource(order.text, from: order.folder).format
            let engine = try await engine(for: target, format: format, in: store)().engine
            image = try await shelf.resolve(order.text, from: order.folder, on: engine) {
                progress(.image(order.text, $0))
            }
        }
        guard let image else { throw EngineError.imageMissing(order.text, words: "") }
        let engine = try await engine(for: target, format: image.format, in: store)().engine
        _ = try await shelf.ensure(image, on: engine) { progress(.image(order.text, $0)) }
        progress(.imageReady(order.text))
        let isPinned = pinned != nil || order.pins
        if isPinned, pinned?.id != image.id {
            try DataLock.pin([order.text: image], in: order.lock, files: world.files)
        }
        return PulledImage(
            reference: order.text,
            image: image,
            engine: engine.kind.rawValue,
            isPinned: isPinned,
            before: pinned.flatMap { $0.id == image.id ? nil : $0.id }
        )
    }
}

extension ExperimentPlan {
    /// What is executed where: each source once for each target that has a step of it.
    fileprivate var wantedImages: OrderedSet<WantedImage> {
        OrderedSet(
            variants.flatMap { variant in
                zip(variant.steps, variant.environments)
                    .map { WantedImage(source: $1.source, target: variant.target(of: $0)) }
            }
        )
    }
}

private struct WantedImage: Hashable {
    var source: EnvironmentDeclaration.Source
    var target: String
}
