import RepriseImages
import RepriseModel
import RepriseSite
import RepriseStore
import RepriseSystem

extension Laboratory {
    /// Where the code lies in an image that was baked from a snapshot.
    public static let placeOfCode = BakeOrder.place

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
}
