import GRDB
import RepriseModel
import RepriseSystem

extension Store {
    /// Queues the jobs of the runs that did not finish once more, each as a new attempt, in one transaction. What
    /// finished stays as it is. Returns the runs for which something was queued; one that is open or finished is not.
    package func resume(_ runs: [RunID]) throws -> [RunID] {
        try write { database in
            let now = clock.now()
            let resumed = try runs.filter { try database.resume($0, at: now) }
            if !resumed.isEmpty { try database.moveChangeMark() }
            return resumed
        }
    }
}

extension Database {
    fileprivate func resume(_ run: RunID, at now: Timestamp) throws -> Bool {
        let number = try knownNumber(of: run)
        let condition = "run = ?1 AND is_latest AND state IN ('failed', 'cancelled', 'lost')"
        let open = try SQLQuery.number(
            self,
            "SELECT count(*) FROM job WHERE run = ?1 AND is_latest AND state IN ('queued', 'submitted', 'running')",
            number
        )
        let ended = try SQLQuery.number(self, "SELECT count(*) FROM job WHERE \(condition)", number)
        guard open == 0, let ended, ended > 0 else { return false }
        // The new attempts are marked as the latest only after the old ones are no longer.
        try SQLQuery.run(
            self,
            """
            INSERT INTO job (run, ordinal, attempt, step, split, state, is_latest, spec, reason)
            SELECT run, ordinal, attempt + 1, step, split, 'queued', 0, spec, 'resumed' FROM job WHERE \(condition)
            """,
            number
        )
        try SQLQuery.run(
            self,
            """
            UPDATE job SET is_latest = (attempt = (SELECT max(attempt) FROM job AS other
                WHERE other.run = job.run AND other.ordinal = job.ordinal)) WHERE run = ?1
            """,
            number
        )
        try SQLQuery.run(
            self,
            "UPDATE run SET state = 'queued', ended_at = NULL, exit_status = NULL, reason = 'resumed' WHERE number = ?1",
            number
        )
        try SQLQuery.run(
            self,
            "INSERT INTO transition (run, state, at, reason) VALUES (?1, 'queued', ?2, 'resumed')",
            number,
            now
        )
        return true
    }
}
