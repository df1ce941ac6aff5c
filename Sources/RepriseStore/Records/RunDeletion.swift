import GRDB
import RepriseModel
import RepriseSystem

extension Store {
    /// Marks runs as deleted: lists leave them out, and `gc` may remove them later. Launched runs that have not ended are
    /// refused, and then none is marked.
    package func delete(_ runs: [RunID]) throws {
        let now = clock.now()
        try write { database in for run in runs { try database.delete(run, at: now) } }
    }

    /// Takes the mark away again. A run that `gc` has removed is unknown.
    package func restore(_ runs: [RunID]) throws {
        try write { database in for run in runs { try database.restore(run) } }
    }
}

extension Database {
    func delete(_ run: RunID, at now: Timestamp) throws {
        let query = try SQLQuery(self, "SELECT state, origin FROM run WHERE id = ?1", run)
        guard try query.step() else { throw StoreError.unknownRun(run.description, nearest: nil) }
        // Whether a client is still at it nobody knows.
        guard query.state(0).isEnded || !query.isNull(1) else { throw StoreError.stillOpen(run) }
        try SQLQuery.run(self, "UPDATE run SET deleted_at = ?2 WHERE id = ?1 AND deleted_at IS NULL", run, now)
    }

    func restore(_ run: RunID) throws {
        try SQLQuery.run(self, "UPDATE run SET deleted_at = NULL WHERE number = ?1", try knownNumber(of: run))
    }
}
