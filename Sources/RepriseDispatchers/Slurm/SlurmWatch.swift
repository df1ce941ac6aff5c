import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Knows where jobs stand: by their own files at every look, and by one question to Slurm every few seconds, however many
/// jobs there are.
actor SlurmWatch {
    /// How long a job's record may take to be seen here, and Slurm's word for an end that the job wrote down already.
    static let patience = Duration.seconds(20)

    private let commands: SlurmCommands
    /// Where the jobs' folders are there; nil where the cluster sees those of this machine.
    private let place: SlurmPlace?
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
    /// Slurm's word is awaited for an end that a job has written down.
    private var isUrgent = false
    /// When the jobs' folders there were last looked at, and when leavings could not be brought from there.
    private var visited: ContinuousClock.Instant?
    private var failedToBring: ContinuousClock.Instant?
    private var urgentUntil: ContinuousClock.Instant?
    private var hasAccounts = true
    var known: [JobKey: Known] = [:]
    /// When something was last seen to begin or to end, or to be new.
    private var lastNews: ContinuousClock.Instant?
    nonisolated let bell = SlurmBell()

    /// What was seen of a job so far.
    struct Known {
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
        /// Since when Slurm does not know it, though it has not ended as far as its files tell.
        var forgottenSince: ContinuousClock.Instant?
        var isGivenUp = false
    }

    /// How long a job must have waited before its reason is told: most of those that begin soon have one for a moment.
    private static let tolerance = Duration.seconds(8)

    /// Jobs that have not begun and that Slurm does not know any more.
    var vanished: Set<JobKey> = []

    /// How long Slurm must call a job hopeless, so that a busy controller has looked at it.
    private static let judgement = Duration.seconds(15)

    init(
        _ commands: SlurmCommands,
        place: SlurmPlace? = nil,
        files: any FileSystem,
        wallClock: any WallClock,
        interval: Duration
    ) {
        self.commands = commands
        self.place = place
        self.files = files
        jobFiles = SlurmJobFiles(files: files, areFetched: place != nil)
        self.wallClock = wallClock
        self.interval = interval
    }

    func status(of jobs: [Job: JobHandle]) async throws -> [JobKey: JobStatus] {
        var statuses: [JobKey: JobStatus] = [:]
        var open: [Job: JobHandle] = [:]
        for job in jobs.keys { look(at: job) }
        var trouble = await visit(Array(jobs.keys))
        isUrgent = false
        for (job, handle) in jobs {
            if place != nil { look(at: job) }
            let record = jobFiles.record(of: job)
            if let record, record.isSuccess {
                statuses[job.key] = .ended(record, reason: nil)
            } else {
                open[job] = handle
                isUrgent = isUrgent || record != nil
            }
        }
        if !open.isEmpty {
            if place == nil { do { try await ask() } catch { trouble = error } }
            if let trouble, statuses.isEmpty { throw trouble }
            let forgotten = try await accounts(of: open)
            for (job, handle) in open { statuses[job.key] = judge(job, handle, forgotten) }
            try await bring(open, forgotten, &statuses)
            try? await cancelHopeless()
        }
        if isLively(statuses) { bell.ring(after: .milliseconds(100)) }
        tidy(jobs, statuses)
        if let place, !statuses.values.contains(where: \.isOpen) { await place.clearRest() }
        return statuses
    }

    /// From now on Slurm is asked more often for a while.
    func expectNews(for time: Duration) { urgentUntil = max(urgentUntil ?? clock.now, clock.now + time) }

    // MARK: Looking

    /// How many jobs may be looked at ten times a second.
    private static let few = 40

    /// Whether the next news of a few jobs cannot be far: the files of those that are open tell it, and cost little.
    private func isLively(_ statuses: [JobKey: JobStatus]) -> Bool {
        let ended = statuses.values.count { status in
            switch status {
            case .submitted, .waiting, .running: false
            case .ended, .preempted, .lost: true
            }
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

    private func ask() async throws {
        let now = clock.now
        guard !isAsking, isDue(interval, since: tried, now) else { return }
        isAsking = true
        defer { isAsking = false }
        tried = now
        do {
            note(try await commands.queue(), asked: now)
        } catch {
            failures += 1
            throw error
        }
    }

    /// Whether it is time again for what is done every `interval`, less often as long as nobody answers.
    private func isDue(
        _ interval: Duration,
        since last: ContinuousClock.Instant?,
        _ now: ContinuousClock.Instant
    ) -> Bool {
        guard let last else { return true }
        let isPressing = isUrgent || (urgentUntil ?? now) > now
        let pause = min(.seconds(60), (isPressing ? min(interval, .seconds(1)) : interval) * (1 << min(failures, 6)))
        return now - last >= pause
    }

    private func note(_ answer: [SlurmRow], asked moment: ContinuousClock.Instant) {
        rows = Dictionary(answer.map { ($0.id, $0) }) { first, _ in first }
        asked = moment
        failures = 0
    }

    /// A job that was submitted again has another number than the one that whoever asks was told.
    private func id(_ job: Job, _ handle: JobHandle) -> String {
        known[job.key]?.claim?.id ?? known[job.key]?.submission?.handle?.description ?? handle.description
    }

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
            do {
                if let answer = try await commands.accounting(gone.map { id($0.key, $0.value) }) {
                    return Dictionary(answer.map { ($0.id, $0) }) { first, _ in first }
                }
            } catch let error as SSHError {
                // Who cannot be asked has not said that it knows nothing.
                throw error
            } catch {}
            hasAccounts = false
        }
        var ids: [String: String] = [:]
        for (job, handle) in gone {
            let id = id(job, handle)
            if let number = known[job.key]?.claim?.number ?? (id.contains("_") ? nil : id) { ids[number] = id }
        }
        guard !ids.isEmpty else { return [:] }
        let answer: [SlurmRow]
        do { answer = try await commands.completions(ids.keys.sorted()) } catch let error as SSHError {
            throw error
        } catch { return [:] }
        return Dictionary(answer.compactMap { row in ids[row.number].map { ($0, row) } }) { _, last in last }
    }

    // MARK: Elsewhere

    /// How often the folders of jobs elsewhere are looked at, which costs a round trip whatever their number.
    private static let visits = Duration.seconds(2)

    /// Brings the folders of the jobs here up to date with those there, with Slurm's answer where that is due. Returns
    /// what kept it from that.
    private func visit(_ jobs: [Job]) async -> (any Error)? {
        guard let place else { return nil }
        let now = clock.now
        let open = jobs.filter { ExitFile.read(in: $0.folder, files) == nil }
        let isDue = isDue(interval, since: tried, now) && (isUrgent || !open.isEmpty)
        let mustLook = !open.isEmpty && self.isDue(min(interval, Self.visits), since: visited, now)
        guard !isAsking, isDue || mustLook else { return nil }
        isAsking = true
        defer { isAsking = false }
        visited = now
        if isDue { tried = now }
        do {
            let look = try await place.look(at: open, asking: isDue ? ["squeue"] + SlurmArguments.queue : [])
            failures = look.problem == nil ? 0 : failures + 1
            if let answer = look.answer { note(try commands.queue(answer), asked: now) }
            return look.problem
        } catch {
            failures += 1
            return error
        }
    }

    /// Brings what those left that have ended by Slurm's word alone. Until it is here they run on for everybody.
    private func bring(
        _ jobs: [Job: JobHandle],
        _ forgotten: [String: SlurmRow],
        _ statuses: inout [JobKey: JobStatus]
    ) async throws {
        guard let place else { return }
        let silent = jobs.keys.filter { job in
            guard let status = statuses[job.key], !status.isOpen, known[job.key]?.claim != nil else { return false }
            return ExitFile.read(in: job.folder, files) == nil
        }
        guard !silent.isEmpty else { return }
        do {
            if let failed = failedToBring, clock.now - failed < Self.visits { throw CancellationError() }
            try await place.take(silent)
            failedToBring = nil
            for job in silent { if let handle = jobs[job] { statuses[job.key] = judge(job, handle, forgotten) } }
        } catch {
            if !(error is CancellationError) { failedToBring = clock.now }
            for job in silent { statuses[job.key] = .running(since: known[job.key]?.start) }
        }
    }

    // MARK: Judging

    private func judge(_ job: Job, _ handle: JobHandle, _ forgotten: [String: SlurmRow]) -> JobStatus {
        guard let seen = known[job.key] else { return .submitted }
        let id = id(job, handle)
        let asLooks: JobStatus = seen.claim == nil ? .submitted : .running(since: seen.start)
        // An answer that is older than the claim does not know of it.
        guard isAnswered(since: seen.claimSeen ?? seen.since) else { return asLooks }
        guard let row = rows[id] ?? forgotten[id] else {
            return isAnswered(since: seen.since) ? judgeForgotten(job, asLooks) : asLooks
        }
        known[job.key]?.forgottenSince = nil
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
        case .submitted where clock.now - seen.since >= Self.tolerance:
            return SlurmWaiting.words(row).map { .waiting(reason: $0) } ?? .submitted
        case .lost where evidence.claim == nil && seen.submission != nil && !seen.isGivenUp:
            vanished.insert(job.key)
            return .submitted
        case .some(let status): return status
        }
    }

    /// A controller that was started again may not know what a node still executes, nor what it had been given last.
    private func judgeForgotten(_ job: Job, _ asLooks: JobStatus) -> JobStatus {
        let evidence = evidence(job)
        let status = SlurmEnd.forgotten(evidence)
        guard case .lost = status, let seen = known[job.key], seen.submission != nil, !seen.isGivenUp else {
            return status
        }
        let since = seen.forgottenSince ?? clock.now
        known[job.key]?.forgottenSince = since
        let hasBegun = evidence.claim != nil
        guard clock.now - since < (hasBegun ? Self.patience : .seconds(5)) else {
            if !hasBegun { vanished.insert(job.key) }
            return hasBegun ? status : asLooks
        }
        expectNews(for: .seconds(5))
        return asLooks
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
        var evidence = SlurmEvidence(job: job, record: jobFiles.record(of: job))
        evidence.claim = seen?.claim
        evidence.start = seen?.start
        evidence.verdict = seen?.verdict
        guard needsWords else { return evidence }
        evidence.claim = seen?.claim ?? jobFiles.claim(of: job)
        evidence.limit = jobFiles.limit(of: job) ?? jobFiles.engineRefusal(of: job)
        evidence.exceededMemory = jobFiles.exceededMemory(seen?.submission)
        evidence.lastWords = jobFiles.lastWords(of: seen?.submission)
        evidence.place = place?.words(for: job)
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
            case .submitted, .waiting, .running: continue
            case .ended(let record, _) where record.isSuccess: break
            case .ended, .preempted, .lost:
                if submission.index != nil { try? files.rename(submission.log, to: job.folder + "/slurm.log") }
            }
            place?.noteEnd(of: job)
            jobFiles.removeSecrets(of: job)
            jobFiles.removeScratch(of: job)
            known[job.key] = nil
            jobFiles.noteEnd(of: submission)
            if submission.index != nil { folders.insert(submission.folder) }
        }
        for folder in folders where jobFiles.isOver(folder) {
            try? files.remove(folder)
            place?.noteEnd(ofBatch: lastName(of: folder))
        }
    }
}

extension JobStatus {
    var isOpen: Bool {
        switch self {
        case .submitted, .waiting, .running: true
        case .ended, .preempted, .lost: false
        }
    }
}
