import GRDB
import RepriseModel

extension Store {
    /// What clients see of the run, also of a deleted one; nil where there is none of that id.
    package func loggedRun(_ id: RunID) throws -> LoggedRun? {
        try read { database in
            guard let number = try database.number(of: id) else { return nil }
            var run = try database.loggedRun(number)
            run.lineage = try database.lineage(of: number)
            return run
        }
    }
}

extension Database {
    /// The run of that number, which is there.
    func loggedRun(_ number: Int64) throws -> LoggedRun {
        var (run, derived) = try loggedColumns(number)
        let parameters = try SQLQuery(
            self,
            "SELECT name, kind, value FROM parameter WHERE run = ?1 ORDER BY position, name",
            number
        )
        while try parameters.step() {
            run.parameters.append((parameters.text(0), try parameters.keptValue(kind: 1, value: 2).text))
        }
        run.metrics = try summaries(of: number)
        let tags = try SQLQuery(self, "SELECT name, value FROM tag WHERE run = ?1 ORDER BY name", number)
        while try tags.step() { run.tags.append((tags.text(0), tags.text(1))) }
        run.tags += derived
        return run
    }

    private func loggedColumns(_ number: Int64) throws -> (LoggedRun, derived: [(String, String)]) {
        let query = try SQLQuery(
            self,
            """
            SELECT run.id, run.name, project.number, artifact_location, user, state, origin, run.created_at, started_at,
                ended_at, run.deleted_at, experiment, launch, target, snapshot
            FROM run JOIN project ON project.name = run.project WHERE run.number = ?1
            """,
            number
        )
        guard try query.step(), let id = RunID(query.text(0)) else {
            throw StoreError.unknownRun(String(number), nearest: nil)
        }
        let run = LoggedRun(
            number: number,
            id: id,
            name: query.text(1),
            project: query.int64(2),
            artifactRoot: artifactRoot(of: id, location: query.optionalText(3), project: query.int64(2)),
            user: query.text(4),
            state: query.state(5),
            origin: query.optionalText(6),
            createdAt: query.time(7),
            startedAt: query.optionalTime(8),
            endedAt: query.optionalTime(9),
            deletedAt: query.optionalTime(10)
        )
        guard run.origin == nil else { return (run, []) }
        let derived = [
            ("reprise.experiment", query.text(11)), ("reprise.launch", query.text(12)),
            ("reprise.target", query.text(13)), ("reprise.snapshot", query.text(14)),
            ("reprise.seed", try seed(of: number)),
        ]
        return (run, derived)
    }
}

extension Database {
    /// The seed of a launched run, in digits.
    func seed(of number: Int64) throws -> String {
        let query = try SQLQuery(self, "SELECT json_extract(json, '$.seed') FROM request WHERE run = ?1", number)
        return try query.step() ? query.text(0) : ""
    }
}

/// Where clients find the artifacts of a run whose project keeps them at `location`.
func artifactRoot(of run: RunID, location: String?, project: Int64) -> String {
    let location = location ?? "mlflow-artifacts:/\(project)"
    return "\(location)\(location.utf8.last == UInt8(ascii: "/") ? "" : "/")\(run)/artifacts"
}
