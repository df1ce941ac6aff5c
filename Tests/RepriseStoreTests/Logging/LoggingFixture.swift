import RepriseModel
import RepriseStore
import RepriseTracking

extension StoreFixture {
    /// Opens a client's run in the project `Default`.
    func clientRun(_ name: String = "quick-fox-1", tags: [(String, String)] = []) async throws -> RunID {
        let id = runID()
        let start = Timestamp(milliseconds: 1_700_000_000_000)
        _ = try await store.createRun(ClientRun(id: id, name: name, project: 0, user: "ada", start: start, tags: tags))
        return id
    }

    func logged(_ run: RunID) throws -> LoggedRun {
        guard let run = try store.loggedRun(run) else { throw StoreError.unknownRun(run.description, nearest: nil) }
        return run
    }
}

extension LoggedRun {
    var tagTexts: [String: String] { Dictionary(tags.map { ($0.name, $0.text) }) { first, _ in first } }
    var parameterTexts: [String: String] { Dictionary(parameters.map { ($0.name, $0.text) }) { first, _ in first } }
}

extension LoggedBatch {
    /// Points `(step, time, value)` of one series.
    init(_ run: RunID, _ key: String, _ points: [(Int64, Int64, Double)]) {
        var column = MetricColumn(key: key)
        for (step, time, value) in points { column.points.append(step: step, time: time, value: value) }
        self.init(run: run, columns: [column])
    }
}
