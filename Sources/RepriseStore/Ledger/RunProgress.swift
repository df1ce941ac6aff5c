import GRDB
import RepriseDispatch
import RepriseModel

/// A run while changes of its jobs are written: its state, and how many of its jobs are in which.
struct RunProgress {
    private let number: Int64
    private var state: RunState
    private var reason: String?
    private var startedAt: Timestamp?
    private var counts: [RunState: Int] = [:]

    fileprivate init(number: Int64, state: RunState, reason: String?, startedAt: Timestamp?) {
        self.number = number
        self.state = state
        self.reason = reason
        self.startedAt = startedAt
    }

    /// Writes one change. A job that has ended, and an attempt that was followed by another, stay as they are.
    mutating func apply(_ change: JobChange, in database: Database) throws {
        guard let job = try database.latestJob(of: number, change.key) else {
            throw StoreError.unknownJob(change.key.description)
        }
        guard change.key.attempt == job.attempt, !job.state.isEnded else {
            if change.key.attempt > job.attempt { throw StoreError.unknownJob(change.key.description) }
            return
        }
        let isBehind = change.state.rank < job.state.rank && !change.isReturned
        let newState = isBehind ? job.state : change.state
        try database.write(change, as: newState, to: job, of: number)
        count(job.state, -1)
        if newState.isEnded, !change.isFinal {
            try database.queueNextAttempt(of: job, of: number, reason: change.reason)
            count(.queued, 1)
        } else {
            count(newState, 1)
        }
        let start = newState == .running || newState.isEnded ? change.exit?.startedAt : nil
        try derive(from: change, start: start ?? (newState == .running ? change.at : nil), in: database)
    }

    private mutating func count(_ state: RunState, _ difference: Int) { counts[state, default: 0] += difference }

    private mutating func derive(from change: JobChange, start: Timestamp?, in database: Database) throws {
        let derived = RunState.derived(from: counts)
        let started = startedAt ?? start
        if derived.isEnded {
            let ended = change.exit?.endedAt ?? change.at
            // The job's own clock may differ a little from the one by which its start was noted.
            let began = started.map { min($0, change.exit?.startedAt ?? $0, ended) }
            try database.end(number, as: derived, at: ended, startedAt: began)
            state = derived
        } else if derived != state || change.reason != reason || started != startedAt {
            try SQLQuery.run(
                database,
                "UPDATE run SET state = ?2, reason = ?3, started_at = ?4 WHERE number = ?1",
                number,
                derived,
                change.reason,
                started
            )
            if derived != state { try database.addTransition(number, derived, at: change.at, reason: change.reason) }
            (state, reason) = (derived, change.reason)
        }
        startedAt = started
    }

    fileprivate mutating func set(_ state: RunState, count: Int) { counts[state] = count }
}

extension RunState {
    /// How far along a job is; a change never takes it back.
    var rank: Int {
        switch self {
        case .queued: 0
        case .submitted: 1
        case .running: 2
        case .finished, .failed, .cancelled, .lost: 3
        }
    }

    /// A run's state from how many of its jobs are in which.
    ///
    /// Between two steps a run counts as running. What went wrong outweighs what went well: one failed job makes the run
    /// failed, whatever was cancelled because of it.
    static func derived(from counts: [RunState: Int]) -> RunState {
        func some(_ state: RunState) -> Bool { counts[state, default: 0] > 0 }
        if some(.running) { return .running }
        if some(.queued) || some(.submitted) {
            if some(.finished) { return .running }
            return some(.submitted) ? .submitted : .queued
        }
        return [.failed, .lost, .cancelled].first(where: some) ?? .finished
    }
}

/// A job's row at its latest attempt.
private struct JobRow {
    var ordinal: Int
    var attempt: Int
    var state: RunState
}

extension Database {
    func progress(of run: RunID) throws -> RunProgress {
        let query = try SQLQuery(self, "SELECT number, state, reason, started_at FROM run WHERE id = ?1", run)
        guard try query.step() else { throw StoreError.unknownRun(run.description, nearest: nil) }
        var progress = RunProgress(
            number: query.int64(0),
            state: query.state(1),
            reason: query.optionalText(2),
            startedAt: query.optionalTime(3)
        )
        let counts = try SQLQuery(
            self,
            "SELECT state, count(*) FROM job WHERE run = ?1 AND is_latest GROUP BY state",
            query.int64(0)
        )
        while try counts.step() { progress.set(counts.state(0), count: counts.int(1)) }
        return progress
    }

    fileprivate func latestJob(of number: Int64, _ key: JobKey) throws -> JobRow? {
        let query = try SQLQuery(
            self,
            "SELECT ordinal, attempt, state FROM job WHERE run = ?1 AND step IS ?2 AND split IS ?3 AND is_latest",
            number,
            key.step,
            key.split
        )
        guard try query.step() else { return nil }
        return JobRow(ordinal: query.int(0), attempt: query.int(1), state: query.state(2))
    }

    fileprivate func write(_ change: JobChange, as state: RunState, to job: JobRow, of number: Int64) throws {
        let began = state == .running ? change.exit?.startedAt ?? change.at : change.exit?.startedAt
        try SQLQuery.run(
            self,
            """
            UPDATE job SET state = ?4, handle = CASE WHEN ?11 THEN NULL ELSE coalesce(?5, handle) END, reason = ?6, exit = coalesce(?7, exit),
                submitted_at = coalesce(submitted_at, ?8),
                started_at = CASE WHEN ?10 IS NULL THEN coalesce(started_at, ?9) ELSE min(coalesce(?9, started_at), ?10) END,
                ended_at = coalesce(ended_at, ?10)
            WHERE run = ?1 AND ordinal = ?2 AND attempt = ?3
            """,
            number,
            job.ordinal,
            job.attempt,
            state,
            change.handle?.description,
            change.reason,
            try change.exit.map { try Value(encoding: $0).json() },
            state == .submitted ? change.at : nil,
            began,
            state.isEnded ? change.exit?.endedAt ?? change.at : nil,
            change.isReturned ? 1 : 0
        )
    }

    fileprivate func queueNextAttempt(of job: JobRow, of number: Int64, reason: String?) throws {
        try SQLQuery.run(
            self,
            """
            INSERT INTO job (run, ordinal, attempt, step, split, state, is_latest, spec, reason)
            SELECT run, ordinal, attempt + 1, step, split, 'queued', 0, spec, ?4 FROM job
            WHERE run = ?1 AND ordinal = ?2 AND attempt = ?3
            """,
            number,
            job.ordinal,
            job.attempt,
            reason
        )
        try SQLQuery.run(
            self,
            "UPDATE job SET is_latest = (attempt = ?3 + 1) WHERE run = ?1 AND ordinal = ?2 AND attempt >= ?3",
            number,
            job.ordinal,
            job.attempt
        )
    }

    fileprivate func addTransition(_ number: Int64, _ state: RunState, at: Timestamp, reason: String?) throws {
        try SQLQuery.run(
            self,
            "INSERT INTO transition (run, state, at, reason) VALUES (?1, ?2, ?3, ?4)",
            number,
            state,
            at,
            reason
        )
    }

    /// Ends the run with the exit status and the words of the job that decided it: the first that went wrong, else the last.
    fileprivate func end(_ number: Int64, as state: RunState, at: Timestamp, startedAt: Timestamp?) throws {
        let order = state == .finished ? "ended_at DESC, ordinal DESC" : "ended_at, ordinal"
        let query = try SQLQuery(
            self,
            "SELECT step, reason, exit FROM job WHERE run = ?1 AND is_latest AND state = ?2 ORDER BY \(order) LIMIT 1",
            number,
            state
        )
        var status: Int?
        var reason: String?
        if try query.step() {
            reason = query.optionalText(1)
            if let text = reason, let step = query.optionalText(0) { reason = "\(step): \(text)" }
            let exit: ExitRecord? = query.isNull(2) ? nil : try query.value(json: 2).decode()
            status = exit.flatMap { $0.status ?? $0.signal.map { 128 + $0 } }
        }
        try SQLQuery.run(
            self,
            """
            UPDATE run SET state = ?2, ended_at = ?3, started_at = ?4, exit_status = ?5, reason = ?6 WHERE number = ?1
            """,
            number,
            state,
            at,
            startedAt,
            status,
            reason
        )
        try addTransition(number, state, at: at, reason: reason)
        try SQLQuery.run(self, "DELETE FROM stop_request WHERE run = ?1", number)
    }
}
