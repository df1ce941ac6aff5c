import GRDB
import RepriseModel
import RepriseTracking

/// The SQLite database of an MLflow server, of whichever version: tables and columns that are not there hold nothing.
///
/// Opened for reading alone; another process may go on writing to it.
package struct MLflowDatabase: HistorySource {
    package let place: String
    private let queue: DatabaseQueue

    /// Throws where the file is no such database.
    package init(_ path: String) throws {
        place = path
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        configuration.label = "reprise.foreign"
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
            let isHistory = try queue.read { try $0.tableExists("experiments") && $0.tableExists("runs") }
            guard isHistory else {
                throw Mistake(
                    "`\(path)` is no database of MLflow",
                    why: "it has no tables `experiments` and `runs`",
                    code: "not-mlflow"
                )
            }
        } catch let error as DatabaseError {
            let isOther = error.resultCode == .SQLITE_NOTADB
            throw Mistake(
                isOther ? "`\(path)` is no SQLite database" : "cannot read the database `\(path)`",
                why: isOther ? nil : error.message,
                fix: isOther ? "give the file that `mlflow server --backend-store-uri sqlite:///…` names" : nil,
                code: isOther ? "not-mlflow" : "foreign-database",
                fault: isOther ? .usage : .world
            )
        }
    }

    func read<Result>(_ body: (ForeignRows) throws -> Result) throws -> Result {
        do {
            return try queue.read { try body(ForeignRows(database: $0)) }
        } catch let error as DatabaseError {
            throw Mistake(
                "cannot read the database `\(place)`",
                why: error.message,
                fix: "`sqlite3 \(place) 'PRAGMA integrity_check'` tells whether it is damaged",
                code: "foreign-database",
                fault: .world
            )
        }
    }

    package func projects() throws -> HistoryPage<HistoryProject> {
        try read { rows in
            var page = HistoryPage<HistoryProject>()
            for row in try rows.all("experiments", "ORDER BY experiment_id") {
                guard let id = row.text("experiment_id"), let name = row.text("name") else { continue }
                page.items.append(
                    HistoryProject(
                        id: id,
                        name: name,
                        createdAt: row.integer("creation_time"),
                        updatedAt: row.integer("last_update_time"),
                        isDeleted: row.text("lifecycle_stage") == "deleted",
                        tags: try rows.pairs("experiment_tags", "experiment_id", [id])[id] ?? [:]
                    )
                )
            }
            return page
        }
    }

    package func runCount(of projects: [HistoryProject]) throws -> Int? {
        let ids = Set(projects.map(\.id))
        return try read { rows in
            try rows.all("runs", "GROUP BY experiment_id", columns: "experiment_id, count(*) AS runs")
                .reduce(0) { $0 + (ids.contains($1.text("experiment_id") ?? "") ? Int($1.integer("runs") ?? 0) : 0) }
        }
    }

    package func runs(of project: HistoryProject, after mark: String?) throws -> HistoryPage<HistoryRun> {
        try read { rows in
            let found = try rows.all(
                "runs",
                "WHERE experiment_id = ? AND rowid > ? ORDER BY rowid LIMIT 64",
                [project.id, mark ?? "0"],
                columns: "rowid AS history_row, *"
            )
            let ids = found.compactMap { $0.text("run_uuid") }
            let parameters = try rows.pairs("params", "run_uuid", ids)
            let tags = try rows.pairs("tags", "run_uuid", ids)
            let marks = try rows.pointMarks(of: ids)
            var page = HistoryPage<HistoryRun>()
            for row in found {
                guard let id = row.text("run_uuid") else { continue }
                guard let state = RunState(mlflow: row.text("status") ?? "RUNNING") else {
                    page.faults.append("run `\(id)` was left out: its status is `\(row.text("status") ?? "")`")
                    continue
                }
                var run = HistoryRun(id: id, state: state)
                run.user = row.text("user_id")
                run.startedAt = row.integer("start_time")
                run.endedAt = row.integer("end_time")
                run.isDeleted = row.text("lifecycle_stage") == "deleted"
                run.parameters = parameters[id] ?? [:]
                run.tags = tags[id] ?? [:]
                run.name = run.tags["mlflow.runName"] ?? row.text("name")
                run.artifacts = row.text("artifact_uri")
                run.pointMark = marks[id] ?? ""
                try rows.addLineage(to: &run)
                page.items.append(run)
            }
            if found.count == 64 { page.next = found.last?.text("history_row") }
            return page
        }
    }

    package func points(of run: HistoryRun, after mark: String?) throws -> HistoryPage<MetricColumn> {
        try read { rows in
            // `3 100000`: the number of the series, and how many of its points were read.
            let parts = (mark ?? "0 0").split(separator: " ").compactMap { Int($0) }
            let keys = try rows.metricKeys(of: run.id)
            var (index, offset) = (parts.first ?? 0, parts.last ?? 0)
            var page = HistoryPage<MetricColumn>()
            var budget = 200_000
            while index < keys.count {
                if budget <= 0 {
                    page.next = "\(index) \(offset)"
                    break
                }
                let column = try rows.points(of: run.id, keys[index], offset: offset, limit: budget)
                page.items.append(column)
                let isWhole = column.points.count < budget
                budget -= column.points.count + 1
                (index, offset) = isWhole ? (index + 1, 0) : (index, offset + column.points.count)
            }
            return page
        }
    }

    package func models(of project: HistoryProject, after mark: String?) throws -> HistoryPage<HistoryModel> {
        try read { HistoryPage(try $0.models(of: project.id)) }
    }

    package func registeredModels(after mark: String?) throws -> HistoryPage<HistoryRegisteredModel> {
        try read { HistoryPage(try $0.registeredModels()) }
    }
}
