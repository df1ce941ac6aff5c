import RepriseModel
import RepriseStore

extension Laboratory {
    /// The runs as lists show them, in the order asked for; unknown ones are left out.
    public func rows(_ runs: [RunID]) throws -> [RunRow] {
        let found = try store().runs(matching: RunFilter(ids: runs, deleted: .included), order: .oldest)
        let byID = Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
        return runs.compactMap { byID[$0] }
    }
}
