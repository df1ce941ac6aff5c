import OrderedCollections
import GRDB
import RepriseDispatch
import RepriseModel
import RepriseSystem

extension Store: RunLedger {
    package func openJobs() async throws -> [LedgerJob] {
        try read { database in
            let query = try SQLQuery(
                database,
                """
                SELECT run.id, job.step, job.split, job.attempt, job.state, job.handle, job.reason, job.exit,
                    job.submitted_at, job.started_at, job.ended_at, job.spec, run.target, run.priority,
                    CASE WHEN job.attempt = 1 THEN 0 ELSE (
                        SELECT count(*) FROM job AS former
                        WHERE former.run = job.run AND former.ordinal = job.ordinal AND former.attempt < job.attempt
                            AND (former.state = 'lost' OR former.reason LIKE ?1 || '%')) END
                FROM job JOIN run ON run.number = job.run
                WHERE job.is_latest
                    AND job.run IN (SELECT run FROM job WHERE state IN ('queued', 'submitted', 'running'))
                ORDER BY job.run, job.ordinal
                """,
                JobChange.preemption
            )
            var specs: [String: JobSpec] = [:]
            var jobs: [LedgerJob] = []
            while try query.step() {
                guard let record = try query.job(from: 0) else { continue }
                let text = query.text(11)
                let spec = try specs[text] ?? Value(json: text).decode()
                specs[text] = spec
                jobs.append(
                    LedgerJob(
                        record: record,
                        target: spec.target ?? query.text(12),
                        settings: spec.settings ?? [:],
                        runFolder: folder.run(record.key.run),
                        resources: spec.resources,
                        retry: spec.retry,
                        needs: spec.needs,
                        priority: query.int(13),
                        interruptions: query.int(14)
                    )
                )
            }
            return jobs
        }
    }

    package func changeMark() async throws -> Int64 {
        try read { try SQLQuery.number($0, "SELECT value FROM change_mark") ?? 0 }
    }

    package func stopRequests() async throws -> Set<RunID> {
        try read { database in
            let query = try SQLQuery(
                database,
                """
                SELECT id FROM stop_request CROSS JOIN run ON run.number = stop_request.run
                WHERE run.state IN ('queued', 'submitted', 'running')
                """
            )
            var runs: Set<RunID> = []
            while try query.step() {
                if let run = RunID(query.text(0)) { runs.insert(run) }
            }
            return runs
        }
    }

    package func record(_ changes: [JobChange]) async throws {
        guard !changes.isEmpty else { return }
        try write { database in
            var progress: [RunID: RunProgress] = [:]
            for change in changes {
                let run = change.key.run
                if progress[run] == nil { progress[run] = try database.progress(of: run) }
                try progress[run]?.apply(change, in: database)
            }
        }
    }

    /// Asks the supervisor to end these runs; those that have ended, and those that no supervisor has, are left as they are.
    package func requestStop(_ runs: [RunID]) throws {
        let now = clock.now()
        try write { database in
            for run in runs {
                try SQLQuery.run(
                    database,
                    """
                    INSERT OR IGNORE INTO stop_request (run, at) SELECT number, ?2 FROM run
                    WHERE id = ?1 AND origin IS NULL AND state IN ('queued', 'submitted', 'running')
                    """,
                    run,
                    now
                )
            }
            try database.moveChangeMark()
        }
    }
}
