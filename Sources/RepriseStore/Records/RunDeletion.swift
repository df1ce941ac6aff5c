import GRDB
import RepriseModel
import RepriseSystem

extension Store {
    /// Marks runs as deleted: lists leave them out, and `gc` may remove them later. Runs that have not ended are refused,
    /// and then none is marked.
    package func delete(_ runs: [RunID]) throws {
        let now = clock.now()
        try write { database in
            for run in runs {
                let query = try SQLQuery(database, "SELECT state FROM run WHERE id = ?1", run)
                guard try query.step() else { throw StoreError.unknownRun(run.description, nearest: nil) }
                guard query.state(0).isEnded else { throw StoreError.stillOpen(run) }
                try SQLQuery.run(
                    database,
                    "UPDATE run SET deleted_at = ?2 WHERE id = ?1 AND deleted_at IS NULL",
                    run,
                    now
                )
            }
        }
    }

    /// Takes the mark away again. A run that `gc` has removed is unknown.
    package func restore(_ runs: [RunID]) throws {
        try write { database in
            for run in runs {
                let number = try database.knownNumber(of: run)
                try SQLQuery.run(database, "UPDATE run SET deleted_at = NULL WHERE number = ?1", number)
            }
        }
    }
}
