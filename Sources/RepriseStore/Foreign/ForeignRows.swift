import GRDB
import RepriseModel
import RepriseTracking

/// Rows of a database that others made, by names that may not be there.
struct ForeignRows {
    let database: Database

    /// Rows of the table; none where there is no such table.
    func all(_ table: String, _ rest: String, _ values: [String] = [], columns: String = "*") throws -> [Row] {
        guard try database.tableExists(table) else { return [] }
        return try Row.fetchAll(
            database,
            sql: "SELECT \(columns) FROM \(table) \(rest)",
            arguments: StatementArguments(values)
        )
    }

    /// Names and values by owner; `owner` names the column. A value that is not set is an empty text.
    func pairs(
        _ table: String,
        _ owner: String,
        _ owners: [String],
        name: String = "key",
        value: String = "value"
    ) throws -> [String: [String: String]] {
        var pairs: [String: [String: String]] = [:]
        for row in try all(table, "WHERE \(owner) IN (\(marks(owners)))", owners) {
            guard let id = row.text(owner), let key = row.text(name) else { continue }
            pairs[id, default: [:]][key] = row.text(value) ?? ""
        }
        return pairs
    }

    func pointMarks(of runs: [String]) throws -> [String: String] {
        let columns = "run_uuid, count(*) AS points, max(timestamp) AS time"
        let rest = "WHERE run_uuid IN (\(marks(runs))) GROUP BY run_uuid"
        return try all("metrics", rest, runs, columns: columns)
            .reduce(into: [:]) { marks, row in
                guard let id = row.text("run_uuid") else { return }
                marks[id] = "\(row.text("points") ?? "") \(row.text("time") ?? "")"
            }
    }

    func metricKeys(of run: String) throws -> [String] {
        try all("metrics", "WHERE run_uuid = ? ORDER BY 1", [run], columns: "DISTINCT key")
            .compactMap { $0.text("key") }
    }

    func points(of run: String, _ key: String, offset: Int, limit: Int) throws -> MetricColumn {
        var column = MetricColumn(key: key)
        let has = Set(try database.columns(in: "metrics").map(\.name))
        let step = has.contains("step") ? "step" : "0"
        let isNaN = has.contains("is_nan") ? "is_nan" : "0"
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT \(step), timestamp, CASE WHEN \(isNaN) THEN NULL ELSE value END FROM metrics
                WHERE run_uuid = ? AND key = ? ORDER BY timestamp, 1, value LIMIT ? OFFSET ?
                """,
            arguments: [run, key, limit, offset]
        )
        while let row = try rows.next() {
            let value: Double? = row[2]
            column.points.append(step: row[0] ?? 0, time: row[1] ?? 0, value: value ?? .nan)
        }
        return column
    }

    func addLineage(to run: inout HistoryRun) throws {
        for row in try all("inputs", "WHERE destination_type = 'RUN' AND destination_id = ?", [run.id]) {
            guard let dataset = row.text("source_id"), let input = row.text("input_uuid") else { continue }
            let tags = try pairs("input_tags", "input_uuid", [input], name: "name")[input] ?? [:]
            for found in try all("datasets", "WHERE dataset_uuid = ?", [dataset]) {
                run.datasets.append(
                    HistoryDataset(
                        name: found.text("name") ?? "",
                        digest: found.text("digest") ?? "",
                        sourceType: found.text("dataset_source_type") ?? "",
                        source: found.text("dataset_source") ?? "",
                        schema: found.text("dataset_schema"),
                        profile: found.text("dataset_profile"),
                        tags: tags
                    )
                )
            }
        }
        for row in try all(
            "inputs",
            "WHERE source_id = ? AND destination_type IN ('MODEL_INPUT', 'MODEL_OUTPUT')",
            [run.id]
        ) {
            guard let model = row.text("destination_id") else { continue }
            if row.text("destination_type") == "MODEL_INPUT" {
                run.modelInputs.append(model)
            } else {
                run.modelOutputs[model] = row.integer("step") ?? 0
            }
        }
    }

    private func marks(_ values: [String]) -> String { values.map { _ in "?" }.joined(separator: ", ") }
}

extension Row {
    /// The value as text; nil where there is none, or no such column.
    func text(_ name: String) -> String? {
        guard hasColumn(name) else { return nil }
        return switch self[name] as DatabaseValue {
        case let value where value.isNull: nil
        case let value:
            String.fromDatabaseValue(value) ?? Int64.fromDatabaseValue(value).map(String.init) ?? value.description
        }
    }

    func integer(_ name: String) -> Int64? {
        hasColumn(name) ? Int64.fromDatabaseValue(self[name] as DatabaseValue) : nil
    }
}
