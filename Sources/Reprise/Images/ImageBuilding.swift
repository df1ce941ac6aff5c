import RepriseExperiments
import RepriseImages
import RepriseModel
import RepriseSite
import RepriseStore
import RepriseSystem

extension Laboratory {
    /// Where the code lies in an image that was baked from a snapshot.
    public static let placeOfCode = BakeOrder.place

    /// Freezes the experiment and builds every image that its recipes make, as a run would. An image that is named instead
    /// is fetched.
    public func imageBuild(
        file: String,
        target: String? = nil,
        settings: [String] = [],
        progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
    ) async throws -> [MadeImage] {
        let began = world.wallClock.now()
        let plan = try await plan(RunOptions(file: file, settings: settings, target: target, confirmed: true))
        let declared = plan.plans.flatMap(\.environments)
        guard declared.contains(where: { if case .recipe(_) = $0.source { true } else { false } }) else {
            throw Mistake(
                "`\(file)` has no recipe: there is nothing to build",
                fix:
                    "write one (`reprise init --recipe python`) and name it: `environment: {build: {dockerfile: Dockerfile}}`",
                code: "no-recipe"
            )
        }
        let store = try store(makingIn: home(of: plan))
        var freezing = try freezing(plan, in: store, check: nil, progress: progress)
        var made: [MadeImage] = []
        for part in plan.plans {
            for image in try await freezing.freeze(part).images where !made.contains(where: { $0.image == image }) {
                guard let recipe = image.recipe, let record = try imageBuilder(store).record(recipe) else { continue }
                made.append(MadeImage(image, record, isNew: record.startedAt >= began, in: store))
            }
        }
        return made
    }

    /// Builds the image of one recipe from this folder as it is now. A run of an experiment with the same recipe and files
    /// finds it built.
    public func imageBuild(
        recipe path: String,
        arguments: [String: String] = [:],
        target: String? = nil,
        settings: [String] = [],
        progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
    ) async throws -> MadeImage {
        let isDefinition = path.hasSuffix(".def")
        let recipe = ImageRecipe(isDefinition ? .definition : .dockerfile, path: path, arguments: arguments)
        let place = try site(overrides: settings, target: target).settings(for: nil)
        let store = try store(makingIn: folder)
        let engine = try await engine(for: place, format: isDefinition ? .sif : nil, in: store)().engine
        let built = try await imageBuilder(store).build(recipe, code: folder, on: engine) { progress(.image(path, $0)) }
        progress(.imageReady(path))
        return MadeImage(built, name: try await engine.find("sha256:\(built.image.id)")?.name)
    }
}

extension MadeImage {
    init(_ built: BuiltImage, name: String?) {
        self.init(
            image: built.image,
            name: name ?? "sha256:\(built.image.id)",
            bases: built.bases,
            isNew: built.isNew,
            notes: built.notes,
            log: built.log
        )
    }

    fileprivate init(_ image: ImageIdentity, _ record: BuildRecord, isNew: Bool, in store: Store) {
        let images = store.folder.root + "/images"
        self.init(
            image: image,
            name: image.format == .sif ? "\(images)/apptainer/\(image.id).sif" : "sha256:\(image.id)",
            bases: record.bases,
            isNew: isNew,
            notes: record.notes,
            log: "\(images)/builds/\(image.recipe?.description ?? "")/build.log"
        )
    }
}

extension FrozenPlan {
    /// What its steps are executed in, each once.
    fileprivate var images: [ImageIdentity] {
        var images: [ImageIdentity] = []
        for environment in variants.flatMap(\.environments) {
            if let image = environment?.image, !images.contains(image) { images.append(image) }
        }
        return images
    }
}
