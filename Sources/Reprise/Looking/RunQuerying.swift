import OrderedCollections
import RepriseModel
import RepriseStore

extension Laboratory {
    /// The runs that the filter names, newest first or by the name that it sorts by. A project, experiment, launch or tag
    /// that no run has is refused.
    public func list(_ filter: ListFilter = ListFilter()) throws -> [RunRow] {
        let store = try store()
        var stored = RunFilter(states: filter.states, project: filter.project, experiment: filter.experiment)
        stored.launch = filter.launch
        stored.tags = filter.tags
        stored.deleted = filter.deleted ? .only : .left
        let expression = try filter.expression.map { try Expression($0, functions: RunScope.functions) }
        let limit = filter.sort == nil ? filter.limit : nil
        let rows =
            try expression.map { try store.runs(where: $0, matching: stored, limit: limit) }
            ?? store.runs(matching: stored, limit: limit)
        if rows.isEmpty { try checkValues(of: filter, in: store) }
        guard let sort = filter.sort else { return rows }
        let sorted = try self.sorted(rows, by: sort)
        return filter.limit.map { Array(sorted.prefix($0)) } ?? sorted
    }

    /// The runs for which the expression holds, newest first.
    public func query(_ expression: String, limit: Int? = nil) throws -> [RunRow] {
        try list(ListFilter(expression: expression, limit: limit))
    }

    /// The rows of one read-only SQL statement over the documented views, at most `limit`.
    package func sql(_ text: String, limit: Int = 100_000) throws -> SQLResult {
        try store().readOnlySQL(text, limit: limit)
    }

    /// By a name of the query language, ascending; descending with `-` before it. Runs without such a value come last.
    private func sorted(_ rows: [RunRow], by sort: String) throws -> [RunRow] {
        let isDescending = sort.hasPrefix("-")
        let name = try Expression(isDescending ? String(sort.dropFirst()) : sort, functions: RunScope.functions)
        let keyed = try rows.map { (row: $0, key: SortKey(try name.evaluate(in: RunScope(row: $0)))) }
        let (known, unknown) = (keyed.filter { $0.key != .none }, keyed.filter { $0.key == .none })
        if known.isEmpty, let unknown = unknownParameter(in: name, rows) { throw unknown }
        let ordered = known.sorted { isDescending ? $1.key < $0.key : $0.key < $1.key }
        return (ordered + unknown).map(\.row)
    }

    /// What to say where a plain name is no parameter of any of the runs. A metric may still come.
    private func unknownParameter(in expression: Expression, _ rows: [RunRow]) -> Mistake? {
        guard case .name(let name) = expression, RunDetails(of: expression) == .parameters, !rows.isEmpty else {
            return nil
        }
        let parameter = name.text
        let known = Set(rows.flatMap { Array($0.parameters.keys) + $0.metrics.map { "metrics.\($0.key)" } })
        let names = known.sorted() + OwnName.allCases.map(\.rawValue)
        let near = known.contains("metrics." + parameter) ? "metrics." + parameter : nil
        return Mistake(
            "no run here has a parameter `\(parameter)` to sort by",
            why: known.isEmpty ? nil : "names: \(known.sorted().joined(separator: ", "))",
            fix: (near ?? nearestName(to: parameter, among: names)).map { "did you mean `\($0)`?" },
            code: "unknown-sort"
        )
    }
}

/// A value by which rows are sorted: numbers before texts.
private enum SortKey: Comparable {
    case number(Double)
    case text(String)
    case none

    init(_ value: ExpressionValue) {
        switch value {
        case .time(let time): self = .number(Double(time.milliseconds))
        case .value(let value):
            if let number = value.doubleValue, !number.isNaN {
                self = .number(number)
            } else if let text = value.stringValue {
                self = .text(text)
            } else {
                self = .none
            }
        }
    }
}
