import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Knows where jobs stand: by their own files at every look, and by one question to Slurm every few seconds, however many
/// jobs there are.
actor SlurmWatch {
    /// How long a job's record may take to be seen here, and Slurm's word for an end that the job wrote down already.
    static let patience = Duration.seconds(20)

    private let commands: SlurmCommands
    private let files: any FileSystem
    private let jobFiles: SlurmJobFiles
    private let wallClock: any WallClock
    private let interval: Duration
    private let clock = ContinuousClock()

    private var rows: [String: SlurmRow] = [:]
    /// When the answer was asked for that `rows` holds.
    private var asked: ContinuousClock.Instant?
    private var tried: ContinuousClock.Instant?
    private var failures = 0
    private var isAsking = false
    private var urgentUntil: ContinuousClock.Instant?
    private var hasAccounts = true
    private var known: [JobKey: Known] = [:]
    /// When something was last seen to begin or to end, or to be new.
    private var lastNews: ContinuousClock.Instant?
    nonisolated let bell = SlurmBell()

    /// What was seen of a job so far.
    private struct Known {
        var since: ContinuousClock.Instant
        var submission: SlurmJobFiles.Submission?
        var claim: SlurmJobFiles.Claim?
        var claimSeen: ContinuousClock.Instant?
        var start: Timestamp?
        /// Since when only one of the job and Slurm says that it has ended.
        var doubtSince: ContinuousClock.Instant?
        /// The answer that first called the job hopeless; all must for a while, for Slurm says so of jobs that it has not
        /// looked at yet.
        var hopelessSince: ContinuousClock.Instant?
        var verdict: String?
        var isCancelled = false
    }

    /// How long Slurm must call a job hopeless, so that a busy controller has looked at it.
    private static let judgement = Duration.seconds(15)

    init(_ commands: SlurmCommands, files: any FileSystem, wallClock: any WallClock, interval: Duration) {
        self.commands = commands
        self.files = files
        jobFiles = SlurmJobFiles(files: files)
        self.wallClock = wallClock
        self.interval = interval
    }

    func status(of jobs: [Job: JobHandle]) async throws -> [JobKey: JobStatus] {
        var statuses: [JobKey: JobStatus] = [:]
        var open: [Job: JobHandle] = [:]
        var isUrgent = false
        for (job, handle) in jobs {
            look(at: job)
            let record = ExitFile.read(in: job.folder, files)
            if let record, record.isSuccess {
                statuses[job.key] = .ended(record, reason: nil)
            } else {
                open[job] = handle
                isUrgent = isUrgent || record != nil
            }
        }
        if !open.isEmpty {
            do { try await ask(isUrgent: isUrgent) } catch { if statuses.isEmpty { throw error } }
            let forgotten = try await accounts(of: open)
            for (job, handle) in open { statuses[job.key] = judge(job, handle, forgotten) }
            try? await cancelHopeless()
        }
        if isLively(statuses) { bell.ring(after: .milliseconds(100)) }
        tidy(jobs, statuses)
        return statuses
    }

    /// From now on Slurm is asked more often for a while.
    func expectNews(for time: Duration) { urgentUntil = max(urgentUntil ?? clock.now, clock.now + time) }

    // MARK: Looking

    /// How many jobs may be looked at ten times a second.
    private static let few = 40

    /// Whether the next news of a few jobs cannot be far: the files of those that are open tell it, and cost little.
    private func isLively(_ statuses: [JobKey: JobStatus]) -> Bool {
        let ended = statuses.values.count {
            if case .submitted = $0 { false } else if case .running = $0 { false } else { true }
        }
        if ended > 0 { lastNews = clock.now }
        let open = statuses.count - ended
        guard open > 0, open <= Self.few, let lastNews else { return false }
        return clock.now - lastNews < .seconds(3)
    }

    private func look(at job: Job) {
        if known[job.key] == nil { lastNews = clock.now }
        var seen = known[job.key] ?? Known(since: clock.now, submission: jobFiles.submission(of: job))
        if seen.claim == nil, let claim = jobFiles.claim(of: job) {
            seen.claim = claim
            seen.claimSeen = clock.now
            lastNews = clock.now
        }
        if seen.claim != nil, seen.start == nil { seen.start = jobFiles.start(of: job) }
        known[job.key] = seen
    }

    private func ask(isUrgent: Bool) async throws {
        let now = clock.now
        let isPressing = isUrgent || (urgentUntil ?? now) > now
        let pause = min(.seconds(60), (isPressing ? min(interval, .seconds(1)) : interval) * (1 << min(failures, 6)))
        guard !isAsking, tried.map({ now - $0 >= pause }) ?? true else { return }
        isAsking = true
        defer { isAsking = false }
        tried = now
        do {
            let answer = try await commands.queue()
            rows = Dictionary(answer.map { ($0.id, $0) }) { first, _ in first }
            asked = now
            failures = 0
        } catch {
            failures += 1
            throw error
        }
    }

    private func id(_ job: Job, _ handle: JobHandle) -> String { known[job.key]?.claim?.id ?? handle.description }

    /// Whether the last answer says something of a job that was first asked for at `moment`.
    private func isAnswered(since moment: ContinuousClock.Instant?) -> Bool {
        guard let asked, let moment else { return false }
        return asked >= moment
    }

    /// What the accounts tell of those that the controller does not know any more; asked only when there are such.
    private func accounts(of jobs: [Job: JobHandle]) async throws -> [String: SlurmRow] {
        let gone = jobs.filter { job, handle in
            rows[id(job, handle)] == nil && isAnswered(since: known[job.key]?.since)
        }
        guard !gone.isEmpty else { return [:] }
        if hasAccounts {
            if let answer = try? await commands.accounting(gone.map { id($0.key, $0.value) }) {
                return Dictionary(answer.map { ($0.id, $0) }) { first, _ in first }
            }
            hasAccounts = false
        }
        var ids: [String: String] = [:]
        for (job, handle) in gone {
            let id = id(job, handle)
            if let number = known[job.key]?.claim?.number ?? (id.contains("_") ? nil : id) { ids[number] = id }
        }
        guard !ids.isEmpty, let answer = try? await commands.completions(ids.keys.sorted()) else { return [:] }
        return Dictionary(answer.compactMap { row in ids[row.number].map { ($0, row) } }) { _, last in last }
    }

    // MARK: Judging

    private func judge(_ job: Job, _ handle: JobHandle, _ forgotten: [String: SlurmRow]) -> JobStatus {
        guard let seen = known[job.key] else { return .submitted }
        let id = id(job, handle)
        let asLooks: JobStatus = seen.claim == nil ? .submitted : .running(since: seen.start)
        // An answer that is older than the claim does not know of it.
        guard isAnswered(since: seen.claimSeen ?? seen.since) else { return asLooks }
        guard let row = rows[id] ?? forgotten[id] else {
            return isAnswered(since: seen.since) ? SlurmEnd.forgotten(evidence(job)) : asLooks
        }
        weigh(row, job.key)
        let evidence = evidence(job, needsWords: row.state.isEnd)
        let status = SlurmEnd.status(row, evidence, now: wallClock.now())
        switch status {
        case .running where evidence.record != nil, nil:
            // One of the two has not heard of the end yet.
            let since = seen.doubtSince ?? clock.now
            known[job.key]?.doubtSince = since
            if clock.now - since < Self.patience { return .running(since: seen.start) }
            if let record = evidence.record { return .ended(record, reason: evidence.limit) }
            return SlurmEnd.unseen(row, evidence)
        case .some(let status): return status
        }
    }

    private func weigh(_ row: SlurmRow, _ key: JobKey) {
        guard let reason = SlurmEnd.hopelessness(row, commands.settings), known[key]?.verdict == nil else {
            known[key]?.hopelessSince = nil
            return
        }
        guard let first = known[key]?.hopelessSince else {
            known[key]?.hopelessSince = asked
            return expectNews(for: .seconds(5))
        }
        if let asked, asked - first >= Self.judgement {
            known[key]?.verdict = reason
        } else {
            expectNews(for: .seconds(5))
        }
    }

    private func evidence(_ job: Job, needsWords: Bool = true) -> SlurmEvidence {
        let seen = known[job.key]
        var evidence = SlurmEvidence(job: job, record: ExitFile.read(in: job.folder, files))
        evidence.claim = seen?.claim
        evidence.start = seen?.start
        evidence.verdict = seen?.verdict
        guard needsWords else { return evidence }
        evidence.claim = seen?.claim ?? jobFiles.claim(of: job)
        evidence.limit = jobFiles.limit(of: job) ?? jobFiles.engineRefusal(of: job)
        evidence.exceededMemory = jobFiles.exceededMemory(seen?.submission)
        evidence.lastWords = jobFiles.lastWords(of: seen?.submission)
        return evidence
    }

    // MARK: Afterwards

    /// Takes jobs that can never begin out of the queue, and those that Slurm would start anew for nothing.
    private func cancelHopeless() async throws {
        let hopeless = known.filter { $0.value.verdict != nil && !$0.value.isCancelled }
        let ids = hopeless.compactMap { $0.value.submission?.handle?.description }
        guard !ids.isEmpty else { return }
        try await commands.cancel(SlurmArguments.cancel(ids))
        for key in hopeless.keys { known[key]?.isCancelled = true }
        expectNews(for: .seconds(10))
    }

    /// Forgets what has ended, and clears away what it left of its way through Slurm.
    private func tidy(_ jobs: [Job: JobHandle], _ statuses: [JobKey: JobStatus]) {
        var folders: Set<String> = []
        for job in jobs.keys {
            guard let status = statuses[job.key], let submission = known[job.key]?.submission else { continue }
            switch status {
            case .submitted, .running: continue
            case .ended(let record, _) where record.isSuccess: break
            case .ended, .preempted, .lost:
                if submission.index != nil { try? files.rename(submission.log, to: job.folder + "/slurm.log") }
            }
            jobFiles.removeSecrets(of: job)
            jobFiles.removeScratch(of: job)
            known[job.key] = nil
            jobFiles.noteEnd(of: submission)
            if submission.index != nil { folders.insert(submission.folder) }
        }
        for folder in folders where jobFiles.isOver(folder) { try? files.remove(folder) }
    }
}
