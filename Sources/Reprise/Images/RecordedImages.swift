import OrderedCollections
import RepriseImages
import RepriseModel
import RepriseSnapshots
import RepriseStore
import RepriseSystem

/// The images of a run that is to be executed again: exactly those that it had.
struct RecordedImages {
    let images: LaunchImages
    let builder: ImageBuilder
    let checkouts: Checkouts

    /// Makes every image of the run ready. One that was built here and is gone is built again, from the same frozen code
    /// and the same bases, and counts only where it comes out as the same image.
    func bring(_ request: RunRequest, code: CodeTree?) async throws {
        for image in OrderedSet(request.steps.compactMap(\.environment?.image)) {
            do {
                _ = try await images.bring(image)
            } catch EngineError.imageMissing(let name, let words) {
                guard let code, let recipe = image.recipe, let record = try builder.record(recipe) else {
                    throw EngineError.imageMissing(name, words: words)
                }
                try await rebuild(image, record, code)
            }
        }
    }

    private func rebuild(_ image: ImageIdentity, _ record: BuildRecord, _ code: CodeTree) async throws {
        let root = try await checkouts.checkout(of: code).path
        let tell = images.tell
        let built = try await builder.build(
            record.recipe,
            code: code.folder.isEmpty ? root : root + "/" + code.folder,
            root: root,
            pins: record.bases,
            expected: image.id,
            on: try await images.buildingEngine(record.recipe.kind)
        ) { tell(.image(image.reference, $0)) }
        tell(.imageReady(image.reference))
        _ = try await images.bring(built.image)
    }
}
