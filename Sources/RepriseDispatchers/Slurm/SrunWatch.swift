import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Knows where jobs stand that `srun` executes: by their files and by whether their `srun` lives. Slurm is asked only why jobs
/// wait, and about jobs whose `srun` was killed: one question for all of them, every few seconds.
actor SrunWatch {
    private struct Seen {
        var since: ContinuousClock.Instant
        /// Since when there is an end that something else does not confirm.
        var doubtSince: ContinuousClock.Instant?
    }

    /// How long a job must have waited before its reason is told.
    private static let tolerance = Duration.seconds(8)
    /// How many jobs may be looked at five times a second.
    private static let few = 40

    private let commands: SlurmCommands
    private let files: any FileSystem
    private let jobFiles: SlurmJobFiles
    private let wallClock: any WallClock
    private let allocation: SrunAllocation?
    private let clock = ContinuousClock()
    private var pace: SlurmPace
    private var rows: [String: SlurmRow] = [:]
    private var known: [JobKey: Seen] = [:]
    nonisolated let bell = SlurmBell()
    /// Jobs whose `srun` has ended and that have not begun: a controller may have forgotten them.
    private var vanished: Set<JobKey> = []
    /// Jobs whose `srun` waits for what Slurm does not know.
    private var unknown: Set<JobKey> = []

    init(
        _ commands: SlurmCommands,
        files: any FileSystem,
        wallClock: any WallClock,
        allocation: SrunAllocation?,
        interval: Duration
    ) {
        self.commands = commands
        self.files = files
        jobFiles = SlurmJobFiles(files: files)
        self.wallClock = wallClock
        self.allocation = allocation
        pace = SlurmPace(interval: interval)
    }

    func status(of jobs: [Job]) async -> [JobKey: JobStatus] {
        var statuses: [JobKey: JobStatus] = [:]
        var orphans: [(job: Job, step: String?)] = []
        for job in jobs {
            let status = look(at: job)
            statuses[job.key] = status
            if status == nil { orphans.append((job, jobFiles.claim(of: job)?.id)) }
        }
        await askWhyTheyWait(jobs, &statuses)
        await judge(orphans, &statuses)
        for job in jobs where statuses[job.key]?.isOpen == false && !vanished.contains(job.key) { await tidy(job) }
        let open = statuses.values.count(where: \.isOpen)
        if open > 0, open <= Self.few { bell.ring(after: .milliseconds(200)) }
        return statuses
    }

    /// Jobs that may have to be begun again, each told once.
    func takeVanished() -> Set<JobKey> {
        defer { vanished = [] }
        return vanished
    }

    /// Jobs whose `srun` may wait for ever, each told once.
    func takeUnknown() -> Set<JobKey> {
        defer { unknown = [] }
        return unknown
    }

    /// Those of the vanished that are not begun again.
    func giveUp(_ jobs: [Job]) async { for job in jobs { await tidy(job) } }

    // MARK: Looking

    /// nil for a job whose `srun` was killed, or cannot be seen from here, and that may live on.
    private func look(at job: Job) -> JobStatus? {
        let seen = known[job.key] ?? Seen(since: clock.now)
        known[job.key] = seen
        let srun = SrunFiles(job, files)
        let isAlive = srun.isAlive
        let claim = jobFiles.claim(of: job)
        if claim?.id == SrunFiles.cancelled { return .ended(ExitRecord(signal: 15), reason: nil) }
        let record = jobFiles.record(of: job)
        if let record, record.isSuccess { return .ended(record, reason: nil) }
        let asLooks: JobStatus = claim == nil ? .submitted : .running(since: jobFiles.start(of: job))
        if isAlive {
            // Its last words may tell more than the record.
            return record != nil && isDoubtOver(job.key) ? .ended(record ?? ExitRecord(), reason: nil) : asLooks
        }
        if claim == nil, record == nil, srun.mayBeForgotten { vanished.insert(job.key) }
        guard srun.isBegun else { return .lost(reason: "it was submitted, but never began") }
        guard let status = srun.status else {
            if let record { return .ended(record, reason: evidence(job, claim, record, srun.log).limit) }
            guard claim != nil || srun.isElsewhere else {
                return .lost(reason: "its `srun` was killed before it began")
            }
            return nil
        }
        let row = SrunWords.row(srun.log, status: status, node: claim?.node ?? "")
        let evidence = evidence(job, claim, record, srun.log)
        if let told = SlurmEnd.status(row, evidence, now: wallClock.now()), told.isOpen == false { return told }
        return isDoubtOver(job.key) ? SlurmEnd.unseen(row, evidence) : asLooks
    }

    private func isDoubtOver(_ key: JobKey) -> Bool {
        let since = known[key]?.doubtSince ?? clock.now
        known[key]?.doubtSince = since
        return clock.now - since >= SlurmWatch.patience
    }

    private func evidence(
        _ job: Job,
        _ claim: SlurmJobFiles.Claim?,
        _ record: ExitRecord?,
        _ log: String
    ) -> SlurmEvidence {
        var evidence = SlurmEvidence(job: job, record: record)
        evidence.claim = claim
        evidence.start = jobFiles.start(of: job)
        evidence.limit = jobFiles.limit(of: job) ?? jobFiles.engineRefusal(of: job)
        evidence.exceededMemory = SlurmJobFiles.tellsOfMemory(log)
        evidence.lastWords = SrunWords.last(log)
        return evidence
    }

    // MARK: Asking

    private func askWhyTheyWait(_ jobs: [Job], _ statuses: inout [JobKey: JobStatus]) async {
        let waiting = jobs.filter { job in
            statuses[job.key] == .submitted && clock.now - (known[job.key]?.since ?? clock.now) >= Self.tolerance
        }
        guard !waiting.isEmpty else { return }
        if let allocation {
            for job in waiting {
                let words = SrunWords.waitsForRoom(SrunFiles(job, files).log, in: allocation.number)
                if let words { statuses[job.key] = .waiting(reason: words) }
            }
            return
        }
        let now = clock.now
        if pace.isDue(now) {
            pace.noteTry(now)
            if let answer = try? await commands.queue() {
                rows = Dictionary(answer.map { ($0.name, $0) }) { first, _ in first }
                pace.noteAnswer()
                await noteLosses(answer, waiting)
            } else {
                pace.noteFailure()
            }
        }
        for job in waiting {
            let row = rows[Srun.handle(of: job).description]
            if let words = row.flatMap(SlurmWaiting.words) { statuses[job.key] = .waiting(reason: words) }
        }
    }

    /// What a controller made of them that was killed before it had written down what it knew.
    private func noteLosses(_ answer: [SlurmRow], _ waiting: [Job]) async {
        for job in waiting where rows[Srun.handle(of: job).description] == nil {
            if SrunWords.isQueued(SrunFiles(job, files).log) { unknown.insert(job.key) }
        }
        // Those who wait may wait for these.
        let strays = SrunStrays(files: files).numbers(among: answer, besides: waiting[0])
        if !strays.isEmpty { try? await commands.cancel(SrunArguments.cancel(numbers: strays)) }
    }

    /// Jobs that run on without their `srun`, and those whose `srun` another machine has.
    private func judge(_ orphans: [(job: Job, step: String?)], _ statuses: inout [JobKey: JobStatus]) async {
        guard !orphans.isEmpty else { return }
        let answer = try? await commands.succeed("squeue", SrunArguments.steps)
        let rows = orphans.contains { $0.step == nil } ? try? await commands.queue() : []
        for (job, step) in orphans {
            let name = Srun.handle(of: job).description
            let isKnown =
                if let step { answer?.split(whereSeparator: \.isWhitespace).contains(Substring(step)) } else {
                    rows?.contains { $0.name == name && !$0.state.isEnd }
                }
            // It may have written down its end while Slurm was asked.
            if isKnown == false, let record = jobFiles.record(of: job) {
                statuses[job.key] = .ended(record, reason: nil)
            } else if isKnown == false, isDoubtOver(job.key) {
                statuses[job.key] = .lost(reason: "it left no exit record, and its `srun` was killed")
            } else {
                statuses[job.key] = step == nil ? .submitted : .running(since: jobFiles.start(of: job))
            }
        }
    }

    // MARK: Afterwards

    private func tidy(_ job: Job) async {
        known[job.key] = nil
        jobFiles.removeSecrets(of: job)
        jobFiles.removeScratch(of: job)
        let srun = SrunFiles(job, files)
        // The allocation of an `srun` that was killed stays for as long as it was asked for.
        guard allocation == nil, srun.isBegun, !srun.isAlive, srun.status == nil else { return }
        try? await commands.cancel(SrunArguments.cancel(named: Srun.handle(of: job).description))
    }
}
