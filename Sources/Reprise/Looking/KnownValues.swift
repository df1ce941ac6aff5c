import OrderedCollections
import RepriseModel
import RepriseStore

/// What a list is narrowed by, checked against what there is: a mistyped name would silently give nothing.
extension Laboratory {
    /// Throws where one of the filter's values is none that any run has, deleted ones among them. For lists that came out
    /// empty; a store without runs knows nothing, and says so of nothing.
    func checkValues(of filter: ListFilter, in store: Store) throws {
        guard filter.project ?? filter.experiment ?? filter.launch ?? filter.tags.first != nil else { return }
        let rows = try store.runs(matching: RunFilter(deleted: .included), including: .tags)
        guard !rows.isEmpty else { return }
        try check(filter.project, "project", among: rows.map(\.project))
        try check(filter.experiment, "experiment", among: rows.map(\.experiment))
        try check(filter.launch, "launch", among: rows.map(\.launch))
        for tag in filter.tags { try check(tag, "tag", among: rows.flatMap { $0.tags.keys }) }
    }

    private func check(_ value: String?, _ what: String, among all: [String]) throws {
        let known = OrderedSet(all)
        guard let value, !known.contains(value) else { return }
        let shown = known.prefix(8).map { "`\($0)`" }.joined(separator: ", ") + (known.count > 8 ? ", …" : "")
        let begun = known.filter { $0.hasPrefix(value) }
        let near = nearestName(to: value, among: known) ?? (begun.count == 1 ? begun.first : nil)
        throw Mistake(
            "no run has the \(what) `\(value)`",
            why: known.isEmpty ? "no run has any" : "there is \(shown)",
            fix: near.map { "did you mean `\($0)`?" },
            code: "unknown-\(what)"
        )
    }
}
