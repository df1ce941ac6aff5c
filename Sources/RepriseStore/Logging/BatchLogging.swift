import GRDB
import RepriseModel
import RepriseSystem
import RepriseTracking

extension Store {
    /// Writes down what a client logs, all of it or nothing. On disk when it returns, and idempotent: points, parameters and
    /// tags that the run has already change nothing.
    ///
    /// Throws `unknownRun`, `runDeleted`, and `parameterChanged` where a parameter has another value.
    package func log(_ batch: LoggedBatch) async throws {
        let now = clock.now()
        try await commit { database in
            let run = try database.activeRun(batch.run)
            try database.log(batch.parameters, of: run)
            for column in batch.columns where !column.points.isEmpty {
                var appending = try SeriesAppending(of: column.key, run: run.number, in: database)
                let new = try appending.new(among: column.points, time: now, in: database)
                try appending.append(new, in: database)
            }
            try database.log(batch.modelMetrics)
            for (name, value) in batch.tags { try database.logTag(run.number, name, value) }
        }
    }

    /// Takes a tag away; false where the run does not have it.
    package func untag(_ run: RunID, name: String) async throws -> Bool {
        try await commit { database in
            let run = try database.activeRun(run)
            try SQLQuery.run(database, "DELETE FROM tag WHERE run = ?1 AND name = ?2", run.number, name)
            return database.changesCount > 0
        }
    }
}

extension Database {
    /// Sets a tag, and what follows from it.
    fileprivate func logTag(_ run: Int64, _ name: String, _ value: String) throws {
        try tag(run, name, value)
        if name == runNameTag { try self.name(run, value) }
    }

    func tag(_ run: Int64, _ name: String, _ value: String?) throws {
        try SQLQuery.run(self, "INSERT OR REPLACE INTO tag (run, name, value) VALUES (?1, ?2, ?3)", run, name, value)
    }
}
