import GRDB
import OrderedCollections
import RepriseDispatch
import RepriseModel

extension Store {
    /// Everything that the store knows of a run, also of a deleted one.
    package func run(_ id: RunID) throws -> RunRecord {
        try read { database in
            guard let number = try database.number(of: id) else {
                throw StoreError.unknownRun(id.description, nearest: nil)
            }
            return try database.record(of: number)
        }
    }

    /// `run.json` of the run as it was queued.
    package func request(_ id: RunID) throws -> RunRequest {
        try read { database in
            guard let number = try database.number(of: id) else {
                throw StoreError.unknownRun(id.description, nearest: nil)
            }
            return try database.request(of: number)
        }
    }

    package func launch(_ id: String) throws -> LaunchRecord? {
        try read { database in
            let query = try SQLQuery(database, "SELECT created_at, facts FROM launch WHERE id = ?1", id)
            guard try query.step() else { return nil }
            return LaunchRecord(id: id, createdAt: query.time(0), facts: try query.value(json: 1).mapValue ?? [:])
        }
    }
}

extension Database {
    func number(of run: RunID) throws -> Int64? {
        try SQLQuery.number(self, "SELECT number FROM run WHERE id = ?1", run)
    }

    /// The run's number, where it must be there.
    func knownNumber(of run: RunID) throws -> Int64 {
        guard let number = try number(of: run) else { throw StoreError.unknownRun(run.description, nearest: nil) }
        return number
    }

    /// `run.json`; made of the columns for a run that no launch made.
    func request(of number: Int64) throws -> RunRequest {
        let query = try SQLQuery(
            self,
            """
            SELECT id, name, project, experiment, created_at, json FROM run LEFT JOIN request ON request.run = run.number
            WHERE run.number = ?1
            """,
            number
        )
        guard try query.step(), let id = RunID(query.text(0)) else {
            throw StoreError.unknownRun(String(number), nearest: nil)
        }
        if query.isNull(5) {
            return RunRequest(
                id: id,
                name: query.text(1),
                project: query.text(2),
                experiment: query.text(3),
                launch: clientLaunch,
                seed: Seed(0),
                snapshot: nil,
                target: "",
                steps: [],
                createdAt: query.time(4)
            )
        }
        var request: RunRequest = try query.value(json: 5).decode()
        // Both may have been changed since.
        request.name = query.text(1)
        request.project = query.text(2)
        return request
    }

    fileprivate func record(of number: Int64) throws -> RunRecord {
        var record = RunRecord(request: try request(of: number), state: .queued)
        try readColumns(of: number, into: &record)
        try addLoggedParameters(of: number, to: &record.request)
        record.jobs = try jobs(of: number)
        record.metrics = try summaries(of: number)
        record.outputs = try outputs(of: number)
        record.lineage = try lineage(of: number)
        record.transitions = try transitions(of: number)
        record.tags = try tags(of: number)
        record.notes = try notes(of: number)
        return record
    }

    /// What was logged over the API stands in the table alone.
    private func addLoggedParameters(of number: Int64, to request: inout RunRequest) throws {
        let known = Set(request.parameters.map(\.name))
        let query = try SQLQuery(
            self,
            "SELECT name, kind, value FROM parameter WHERE run = ?1 ORDER BY position, name",
            number
        )
        while try query.step() {
            guard !known.contains(query.text(0)) else { continue }
            let value = try query.keptValue(kind: 1, value: 2)
            request.parameters.append(Parameter(name: query.text(0), value: value, origin: "client"))
        }
    }

    private func readColumns(of number: Int64, into record: inout RunRecord) throws {
        let query = try SQLQuery(
            self,
            """
            SELECT state, started_at, ended_at, exit_status, reason, deleted_at, verdict.json, machine.json, origin, user
            FROM run LEFT JOIN verdict ON verdict.run = number LEFT JOIN machine ON machine.run = number
            WHERE number = ?1
            """,
            number
        )
        guard try query.step() else { return }
        record.state = query.state(0)
        record.startedAt = query.optionalTime(1)
        record.endedAt = query.optionalTime(2)
        record.exitStatus = query.optionalInt(3)
        record.reason = query.optionalText(4)
        record.deletedAt = query.optionalTime(5)
        record.origin = query.optionalText(8)
        record.user = query.optionalText(9)
        if !query.isNull(6) { record.verdict = try query.value(json: 6) }
        if !query.isNull(7) { record.machine = try query.value(json: 7).decode() }
    }

    private func jobs(of number: Int64) throws -> [JobRecord] {
        let query = try SQLQuery(
            self,
            """
            SELECT run.id, job.step, job.split, job.attempt, job.state, job.handle, job.reason, job.exit,
                job.submitted_at, job.started_at, job.ended_at,
                (SELECT count(*) FROM job AS attempt
                    WHERE attempt.run = job.run AND attempt.ordinal = job.ordinal
                        AND (attempt.state = 'lost' OR attempt.reason LIKE ?2 || '%'))
            FROM job JOIN run ON run.number = job.run WHERE job.run = ?1 AND is_latest ORDER BY ordinal
            """,
            number,
            JobChange.preemption
        )
        var jobs: [JobRecord] = []
        while try query.step() {
            guard var job = try query.job(from: 0) else { continue }
            let interruptions = query.int(11)
            job.interruptions = interruptions > 0 ? interruptions : nil
            jobs.append(job)
        }
        return jobs
    }

    func outputs(of number: Int64) throws -> [OutputRecord] {
        let query = try SQLQuery(
            self,
            "SELECT path, digest, bytes, mode FROM output WHERE run = ?1 ORDER BY path",
            number
        )
        var outputs: [OutputRecord] = []
        while try query.step() {
            guard let digest = Digest(query.text(1)) else { continue }
            outputs.append(
                OutputRecord(path: query.text(0), digest: digest, bytes: query.int64(2), mode: query.int(3))
            )
        }
        return outputs
    }

    private func transitions(of number: Int64) throws -> [Transition] {
        let query = try SQLQuery(
            self,
            "SELECT state, at, reason FROM transition WHERE run = ?1 ORDER BY number",
            number
        )
        var transitions: [Transition] = []
        while try query.step() {
            transitions.append(
                Transition(state: query.state(0), at: query.time(1), reason: query.optionalText(2))
            )
        }
        return transitions
    }

    func tags(of number: Int64) throws -> Mapping {
        let query = try SQLQuery(self, "SELECT name, value FROM tag WHERE run = ?1 ORDER BY name", number)
        var tags: Mapping = [:]
        while try query.step() {
            tags[query.text(0)] = query.optionalText(1).map(Value.string) ?? .null
        }
        return tags
    }

    private func notes(of number: Int64) throws -> [String] {
        let query = try SQLQuery(self, "SELECT text FROM note WHERE run = ?1 ORDER BY position", number)
        var notes: [String] = []
        while try query.step() { notes.append(query.text(0)) }
        let sources = try SQLQuery(
            self,
            "SELECT source, rejected FROM ingest_position WHERE run = ?1 AND rejected > 0 ORDER BY source",
            number
        )
        while try sources.step() {
            let lines = sources.int(1) == 1 ? "1 line" : "\(sources.int(1)) lines"
            notes.append("`\(sources.text(0))`: \(lines) meant as metrics could not be read as such")
        }
        return notes
    }
}

extension SQLQuery {
    /// A state that this version does not know reads as lost rather than as an error.
    func state(_ column: Int32) -> RunState { RunState(rawValue: text(column)) ?? .lost }

    /// Run id, step, split, attempt, state, handle, reason, exit, three times.
    func job(from column: Int32) throws -> JobRecord? {
        guard let run = RunID(text(column)) else { return nil }
        let key = JobKey(
            run: run,
            step: optionalText(column + 1),
            split: optionalInt(column + 2),
            attempt: int(column + 3)
        )
        return JobRecord(
            key: key,
            state: state(column + 4),
            handle: optionalText(column + 5),
            reason: optionalText(column + 6),
            exit: isNull(column + 7) ? nil : try value(json: column + 7).decode(),
            submittedAt: optionalTime(column + 8),
            startedAt: optionalTime(column + 9),
            endedAt: optionalTime(column + 10)
        )
    }
}
