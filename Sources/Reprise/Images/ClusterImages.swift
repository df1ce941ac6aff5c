import OrderedCollections
import RepriseModel
import RepriseSite
import RepriseStore

extension Laboratory {
    /// Sees to it that clusters whose machines fetch images themselves can fetch those of the runs, before any is queued:
    /// each image once for each target. Throws where it is known that they cannot.
    func readyImages(
        of requests: inout [RunRequest],
        _ site: Site,
        _ store: Store,
        _ progress: @escaping @Sendable (ProgressEvent) -> Void
    ) async throws {
        let fetched = fetchedImages(store, { site }, progress)
        var ready: [Errand: ImageIdentity] = [:]
        for index in requests.indices {
            for step in requests[index].steps.indices {
                let name = requests[index].target(of: requests[index].steps[step])
                let said = requests[index].settings?[name]?.mapValue ?? [:]
                guard let image = requests[index].steps[step].environment?.image,
                    case let target = try site.settings(for: name, saying: said), target.fetchesImages
                else { continue }
                let errand = Errand(image: image, target: target)
                let found: ImageIdentity
                if let known = ready[errand] {
                    found = known
                } else {
                    found = try await fetched.ready(image, on: target)
                }
                ready[errand] = found
                requests[index].steps[step].environment?.image = found
            }
        }
    }

    private struct Errand: Hashable {
        var image: ImageIdentity
        var target: TargetSettings
    }
}
