import GRDB
import RepriseModel
import RepriseSystem

extension Store {
    /// Removes what no kept run and no named snapshot needs: runs deleted long enough ago with their folders, snapshots
    /// without a name or a run, objects that no run left. Git's refs and the checkouts are for the caller, who learns from
    /// the report which are needed.
    ///
    /// Other processes may go on meanwhile; killed half-way, it is finished by the next time.
    package func gc(_ rule: GarbageRule) throws -> GarbageReport {
        let young = clock.now().advanced(by: .zero - rule.youth)
        var report = GarbageReport()
        if !rule.isDryRun { try finishRemovals() }
        try removeRuns(rule, into: &report)
        try removeLoggedModels(rule, into: &report)
        try removeSnapshots(unusedSince: young, rule, into: &report)
        let gone = Set(report.snapshots.map(\.id))
        report.keptTrees = try snapshots().filter { !gone.contains($0.id) }.map(\.manifest.code)
        try removeObjects(olderThan: young, rule, into: &report)
        if !rule.isDryRun { try removeUnfinished(olderThan: young) }
        return report
    }

    // MARK: Runs

    private func removeRuns(_ rule: GarbageRule, into report: inout GarbageReport) throws {
        let doomed = try read { database in
            let query = try SQLQuery(
                database,
                "SELECT id FROM run WHERE deleted_at IS NOT NULL AND deleted_at < ?1 ORDER BY deleted_at",
                rule.deletedBefore
            )
            var ids: [RunID] = []
            while try query.step() {
                if let id = RunID(query.text(0)) { ids.append(id) }
            }
            return ids
        }
        for run in doomed {
            let size = try sizeOfFolder(folder.run(run))
            if !rule.isDryRun, try !remove(run, rule) { continue }
            report.runs.append(run)
            report.bytes += size
        }
    }

    /// The folder is set aside before its rows go, and emptied after: whatever moment this dies at, a run that is still
    /// known has its folder, at the latest when the next gc has put it back.
    private func remove(_ run: RunID, _ rule: GarbageRule) throws -> Bool {
        let aside = folder.run(run) + removedSuffix
        let isGone = try write { database in
            let number = try SQLQuery.number(
                database,
                "SELECT number FROM run WHERE id = ?1 AND deleted_at < ?2",
                run,
                rule.deletedBefore
            )
            guard let number else { return false }
            if try files.exists(folder.run(run)) { try files.rename(folder.run(run), to: aside) }
            try SQLQuery.run(database, "DELETE FROM run WHERE number = ?1", number)
            return true
        }
        if isGone { try files.remove(aside) }
        return isGone
    }

    /// Ends what an earlier gc left half-done.
    private func finishRemovals() throws {
        guard try files.exists(folder.runs) else { return }
        for name in try files.names(in: folder.runs) where name.hasSuffix(removedSuffix) {
            guard let run = RunID(name.dropLast(removedSuffix.count)) else { continue }
            let aside = "\(folder.runs)/\(name)"
            let isKnown = try write { database in
                guard try database.number(of: run) != nil else { return false }
                if try !files.exists(folder.run(run)) { try files.rename(aside, to: folder.run(run)) }
                return true
            }
            if !isKnown { try files.remove(aside) }
        }
    }

    // MARK: Snapshots

    private func removeSnapshots(
        unusedSince young: Timestamp,
        _ rule: GarbageRule,
        into report: inout GarbageReport
    ) throws {
        let condition = """
            WHERE name IS NULL AND used_at < CAST(?1 AS INTEGER)
                AND NOT EXISTS (SELECT 1 FROM run WHERE run.snapshot = snapshot.id)
            """
        let bound = String(young.milliseconds)
        if rule.isDryRun {
            let gone = Set(report.runs)
            report.snapshots = try read { try $0.snapshots(condition, bound) }
            report.snapshots += try snapshotsOnlyUsed(by: gone, young)
            return
        }
        report.snapshots = try write { database in
            let found = try database.snapshots(condition, bound)
            for snapshot in found { try SQLQuery.run(database, "DELETE FROM snapshot WHERE id = ?1", snapshot.id) }
            return found
        }
    }

    /// What a dry run would find unused once these runs were gone.
    private func snapshotsOnlyUsed(by gone: Set<RunID>, _ young: Timestamp) throws -> [SnapshotRecord] {
        try snapshots()
            .filter { snapshot in
                guard snapshot.name == nil, snapshot.createdAt < young else { return false }
                let users = try runs(matching: RunFilter(snapshot: snapshot.id, deleted: .included), including: [])
                return !users.isEmpty && users.allSatisfy { gone.contains($0.id) }
            }
    }

    /// Bytes of all files in it. A folder that a program made unreadable counts as nothing: it can be removed all the same.
    func sizeOfFolder(_ path: String) throws -> Int64 {
        guard let status = try files.status(path) else { return 0 }
        guard status.kind == .folder else { return status.bytes }
        guard let names = try? files.names(in: path) else { return 0 }
        return try names.reduce(0) { try $0 + sizeOfFolder("\(path)/\($1)") }
    }
}

/// Behind the name of a run's folder that is on its way out.
private let removedSuffix = ".removed"

extension FileSystem {
    /// Whether nothing about the file changed since then; false where nothing lies there.
    func isOlder(_ path: String, than bound: Timestamp) throws -> Bool {
        guard let status = try status(path) else { return false }
        return status.changed / 1_000_000 < bound.milliseconds
    }
}
