import OrderedCollections
import RepriseModel
import RepriseStore

extension Laboratory {
    /// The runs that a person means: each text an id, a unique prefix, a name, `@last` or `launch:ID`, without repetition.
    public func resolve(_ selectors: [String], includingDeleted: Bool = false) throws -> [RunID] {
        let store = try store()
        var found: [RunID] = []
        for selector in selectors {
            if selector.hasPrefix("launch:") {
                found += try runs(ofLaunch: String(selector.dropFirst("launch:".count)), in: store)
            } else {
                found.append(try store.resolve(selector, includingDeleted: includingDeleted))
            }
        }
        var seen: Set<RunID> = []
        return found.filter { seen.insert($0).inserted }
    }

    private func runs(ofLaunch launch: String, in store: Store) throws -> [RunID] {
        let rows = try store.runs(matching: RunFilter(launch: launch), order: .oldest, including: [])
        guard !rows.isEmpty else {
            throw Mistake(
                "no launch `\(launch)`",
                fix: "`reprise list --json` tells each run's launch",
                code: "unknown-launch"
            )
        }
        return rows.map(\.id)
    }

    /// Everything that is kept of one run.
    public func show(_ run: RunID) throws -> RunRecord {
        let store = try store()
        var record = try store.run(run)
        if record.machine == nil {
            let facts = try store.launch(record.request.launch)?.facts
            record.machine = facts?["machine"]?.mapValue.map(MachineRecord.init)
        }
        return record
    }

    /// Where the run's own files lie.
    public func folder(of run: RunID) throws -> String { try store().folder.run(run) }

    /// Waits until all of the runs have ended, whoever supervises them, and supervises them itself where nobody does.
    public func wait(
        _ runs: [RunID],
        progress: @Sendable (ProgressEvent) async -> Void = { _ in }
    ) async throws -> [RunRow] {
        for try await event in try supervise(runs) { await progress(event) }
        return try store().runs(matching: RunFilter(ids: runs), order: .oldest)
    }

    /// Adds and removes tags; a bare tag has no value.
    public func tag(_ runs: [RunID], add: [(name: String, value: String?)], remove: [String]) throws {
        let store = try store()
        for run in runs {
            for tag in add { try store.tag(run, tag.name, tag.value) }
            for name in remove { _ = try store.untag(run, name) }
        }
    }

    /// Hides the runs; their files stay until `gc`. A run that has not ended is refused.
    public func delete(_ runs: [RunID]) throws { try store().delete(runs) }

    /// Brings deleted runs back. A run that `gc` has taken away is unknown.
    public func restore(_ runs: [RunID]) throws { try store().restore(runs) }

    /// The runs that Reprise launched and that have not ended, oldest first.
    public func openRuns() throws -> [RunID] {
        let filter = RunFilter(states: [.queued, .submitted, .running], isLaunched: true)
        return try store().runs(matching: filter, order: .oldest, including: []).map(\.id)
    }
}
