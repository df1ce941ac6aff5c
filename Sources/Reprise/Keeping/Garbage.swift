import RepriseDispatch
import RepriseModel
import RepriseSnapshots
import RepriseStore
import RepriseSystem

extension Laboratory {
    /// For how many days what was deleted may be kept; moments are counted exactly within them.
    package static let keepDays = 0...36_500

    /// Removes for good what no kept run and no named snapshot needs: runs deleted more than `keepDays` days ago, and
    /// outputs, checkouts, code and what is remembered of images that nothing refers to. `keepDays` is one of `keepDays`.
    package func collectGarbage(dryRun: Bool = false, keepDays: Int = 7) async throws -> GarbageReport {
        guard Self.keepDays.contains(keepDays) else {
            throw Mistake("cannot keep what was deleted for \(keepDays) days", code: "wrong-days")
        }
        let store = try store()
        let now = world.wallClock.now()
        // With what was deleted within the very millisecond.
        let bound = now.advanced(by: .seconds(-86_400 * keepDays) + .milliseconds(1))
        let rule = GarbageRule(deletedBefore: bound, isDryRun: dryRun)
        var report = try store.gc(rule)
        try collectImages(into: &report, of: store, dryRun: dryRun, youth: rule.youth)
        report.bytes += try await collectBatches(of: store, youth: rule.youth, dryRun: dryRun)
        if dryRun { return report }
        let maker = world.snapshotMaker(store.folder)
        report.bytes += try await maker.codeArchives.remove(except: codeOnItsWay(store))
        for snapshot in report.snapshots { try await maker.repository.forget(snapshot.id) }
        if !report.snapshots.isEmpty {
            try await maker.checkouts.remove(except: report.keptTrees)
            try await maker.repository.collect()
        }
        return report
    }

    /// The code of runs that have not ended, which may travel to other machines at any moment.
    private func codeOnItsWay(_ store: Store) async throws -> [CodeTree] {
        let open = Set(try await store.openJobs().map(\.record.key.run))
        let snapshots = try Set(open.compactMap { try store.request($0).snapshot })
        return try snapshots.compactMap { try store.snapshot($0)?.manifest.code }
    }

    /// Queues what did not finish of these runs once more, as new attempts. Returns the runs for which something was
    /// queued; supervise them afterwards. Runs that Reprise did not launch are refused, and then nothing is queued.
    public func resume(_ runs: [RunID]) throws -> [RunID] {
        let store = try store()
        let filter = RunFilter(ids: runs, deleted: .included)
        for row in try store.runs(matching: filter, including: []) where row.origin != nil {
            throw try store.request(row.id).notLaunched("run `\(row.id.short)` cannot be resumed")
        }
        return try store.resume(runs)
    }
}
