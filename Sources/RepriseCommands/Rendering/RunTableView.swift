import OrderedCollections
import Reprise
import RepriseCharts
import RepriseModel

/// Runs as a table: what they are, how they stand, the parameters that vary, and the last values of their metrics.
struct RunTableView {
    var rows: [RunRow]
    var now: Timestamp
    /// Names of columns, as `--columns` takes them; nil for a choice that fits the runs.
    var columns: [String]?

    /// The columns that are no parameter and no metric.
    static let fixed = [
        "id", "name", "state", "age", "time", "exit", "reason", "project", "experiment", "launch", "target", "snapshot",
        "tags", "created", "started", "ended", "variant", "repeat", "code",
    ]

    init(rows: [RunRow], now: Timestamp, columns: [String]? = nil) {
        self.rows = rows
        self.now = now
        self.columns = columns
    }

    /// The table; where nobody chose the columns, without parameters and metrics that find no room in the width.
    func table(width: Int? = nil) -> Table {
        guard columns == nil, let width else { return table(of: columns ?? chosen(4, 4)) }
        var (parameters, metrics) = (4, 4)
        while true {
            let table = table(of: chosen(parameters, metrics))
            guard table.leastWidth > width, parameters + metrics > 0 else { return table }
            if parameters >= metrics { parameters -= 1 } else { metrics -= 1 }
        }
    }

    private func table(of names: [String]) -> Table {
        Table(names.map(column), rows: rows.map { row in names.map { cell($0, row) } })
    }

    /// Throws where a column is neither fixed nor a parameter or metric of any of the runs.
    func check() throws {
        let known = Self.fixed + parameters + metrics
        for name in columns ?? [] where !known.contains(name) && !known.contains("metrics." + name) && !rows.isEmpty {
            throw Mistake(
                "no run here has a column `\(name)`",
                why: "columns: \(known.joined(separator: ", "))",
                fix: nearestName(to: name, among: known).map { "did you mean `\($0)`?" },
                code: "unknown-column"
            )
        }
    }

    private func chosen(_ parameterCount: Int, _ metricCount: Int) -> [String] {
        let varying = parameters.filter { name in Set(rows.map { $0.parameters[name] }).count > 1 }
        let isRepeated = Set(rows.map(\.replicate)).count > 1
        let hasTrees = rows.contains { $0.tags[Laboratory.developmentTag] != nil }
        // What waits, and why, is what a person looks for.
        let isWaiting = rows.contains { !$0.state.isEnded && $0.state != .running && $0.reason != nil }
        return ["id", "name", "state", "age", "time"] + (isWaiting ? ["reason"] : []) + (isRepeated ? ["repeat"] : [])
            + (hasTrees ? ["code"] : [])
            + varying.prefix(parameterCount) + metrics.prefix(metricCount)
    }

    private var parameters: [String] { Array(OrderedSet(rows.flatMap(\.parameters.keys))) }
    private var metrics: [String] { Array(OrderedSet(rows.flatMap { $0.metrics.map { "metrics.\($0.key)" } })) }

    private func column(_ name: String) -> Table.Column {
        let head = name.hasPrefix("metrics.") ? String(name.dropFirst("metrics.".count)) : name
        switch name {
        case "id", "snapshot": return Table.Column(name, isWhole: true)
        case "state": return Table.Column(name, isWhole: true)
        case "age", "time", "exit", "variant", "repeat": return Table.Column(name, .right, isWhole: true)
        case _ where Self.fixed.contains(name): return Table.Column(name)
        default:
            let isNumber = rows.contains { value(name, $0)?.doubleValue != nil }
            return Table.Column(head, isNumber ? .right : .left, isWhole: isNumber)
        }
    }

    private func cell(_ name: String, _ row: RunRow) -> Table.Cell {
        switch name {
        case "id": Table.Cell(row.id.short)
        case "state": Table.Cell(row.state)
        case "age": Table.Cell(age(row.createdAt))
        case "time": Table.Cell(time(row))
        case _ where Self.fixed.contains(name): Table.Cell(fixedText(name, row))
        default: Table.Cell(value(name, row).map(text) ?? "")
        }
    }

    private func fixedText(_ name: String, _ row: RunRow) -> String {
        switch name {
        case "name": row.name
        case "exit": row.exitStatus.map(String.init) ?? ""
        case "reason": row.reason ?? ""
        case "project": row.project
        case "experiment": row.experiment
        case "launch": row.origin == nil ? row.launch : ""
        case "target": row.target
        case "snapshot": row.snapshot?.short ?? ""
        case "code": row.tags[Laboratory.developmentTag] == nil ? "snapshot" : "working tree"
        case "tags": row.tags.map { $1 == .null ? $0 : "\($0)=\($1.text)" }.joined(separator: " ")
        case "variant": String(row.variant)
        case "repeat": String(row.replicate)
        case "created": row.createdAt.description
        case "started": row.startedAt?.description ?? ""
        case "ended": row.endedAt?.description ?? ""
        default: ""
        }
    }

    /// A parameter of the name, else a metric's last value.
    private func value(_ name: String, _ row: RunRow) -> Value? {
        if let parameter = row.parameters[name] { return parameter }
        let key = name.hasPrefix("metrics.") ? String(name.dropFirst("metrics.".count)) : name
        return row.metrics.first { $0.key == key }.map { .number($0.last) }
    }

    private func text(_ value: Value) -> String {
        if case .number(let number) = value { return NumberText.short(number, digits: 5) }
        return value.text
    }

    private func age(_ moment: Timestamp) -> String {
        let elapsed = now.milliseconds - moment.milliseconds
        return elapsed < 1000 ? "now" : Quantities.text(milliseconds: elapsed / 1000 * 1000)
    }

    private func time(_ row: RunRow) -> String {
        guard let start = row.startedAt else { return "" }
        let end = row.endedAt ?? (row.state.isEnded ? start : now)
        return Quantities.text(milliseconds: max(0, end.milliseconds - start.milliseconds))
    }
}
