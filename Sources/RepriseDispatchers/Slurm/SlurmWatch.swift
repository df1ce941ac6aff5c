import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Knows where jobs stand: by their own files at every look, and by one question to Slurm every few seconds, however many
/// jobs there are.
actor SlurmWatch {
    /// How long a job's record may take to be seen here, and Slurm's word for an end that the job wrote down already.
    static let patience = Duration.seconds(20)

    let commands: SlurmCommands
    /// Where the jobs' folders are there; nil where the cluster sees those of this machine.
    let place: SlurmPlace?
    let files: any FileSystem
    let jobFiles: SlurmJobFiles
    let wallClock: any WallClock
    let accounts: SlurmAccounts
    let clock = ContinuousClock()

    var rows: [String: SlurmRow] = [:]
    /// When the answer was asked for that `rows` holds.
    var asked: ContinuousClock.Instant?
    var isAsking = false
    var pace: SlurmPace
    /// When the jobs' folders there were last looked at, and when leavings could not be brought from there.
    var visited: ContinuousClock.Instant?
    var failedToBring: ContinuousClock.Instant?
    /// What brings home what jobs left there.
    let homecoming: RemoteHomecoming?
    /// What kept Slurm from answering when it was asked last, and leavings from coming home; told until they do.
    var trouble: (any Error)?
    var homeTrouble: (any Error)?
    var known: [JobKey: SlurmSeen] = [:]
    /// When something was last seen to begin or to end, or to be new.
    private var lastNews: ContinuousClock.Instant?
    nonisolated let bell = SlurmBell()

    /// Jobs that have not begun and that Slurm does not know any more.
    var vanished: Set<JobKey> = []

    init(
        _ commands: SlurmCommands,
        place: SlurmPlace? = nil,
        files: any FileSystem,
        wallClock: any WallClock,
        interval: Duration
    ) {
        self.commands = commands
        self.place = place
        homecoming = place.map { [bell] in RemoteHomecoming($0.workspace) { bell.ring(after: .zero) } }
        accounts = SlurmAccounts(commands)
        self.files = files
        jobFiles = SlurmJobFiles(files: files, areFetched: place != nil)
        self.wallClock = wallClock
        pace = SlurmPace(interval: interval)
    }

    func status(of jobs: [Job: JobHandle]) async throws -> [JobKey: JobStatus] {
        var statuses: [JobKey: JobStatus] = [:]
        var open: [Job: JobHandle] = [:]
        for job in jobs.keys { look(at: job) }
        var trouble = await visit(Array(jobs.keys))
        pace.isUrgent = false
        for (job, handle) in jobs {
            if place != nil { look(at: job) }
            let record = jobFiles.record(of: job)
            if let record, record.isSuccess {
                statuses[job.key] = .ended(record, reason: nil)
            } else {
                open[job] = handle
                pace.isUrgent = pace.isUrgent || record != nil
            }
        }
        if !open.isEmpty {
            if place == nil { do { try await ask() } catch { trouble = error } }
            if let trouble, statuses.isEmpty { throw trouble }
            let forgotten = try await accounts(of: open)
            for (job, handle) in open { statuses[job.key] = judge(job, handle, forgotten) }
            await bring(Array(open.keys), &statuses)
            try? await cancelHopeless()
        }
        if isLively(statuses) { bell.ring(after: .milliseconds(100)) }
        tidy(jobs, statuses)
        if let place, !statuses.values.contains(where: \.isOpen) { await place.clearRest() }
        return statuses
    }

    /// From now on Slurm is asked more often for a while.
    func expectNews(for time: Duration) { pace.expectNews(until: clock.now + time) }

    // MARK: Looking

    /// How many jobs may be looked at ten times a second.
    private static let few = 40

    /// Whether the next news of a few jobs cannot be far: the files of those that are open tell it, and cost little.
    private func isLively(_ statuses: [JobKey: JobStatus]) -> Bool {
        let ended = statuses.values.count { status in
            switch status {
            case .submitted, .waiting, .running: false
            case .ended, .preempted, .lost, .returned: true
            }
        }
        if ended > 0 { lastNews = clock.now }
        let open = statuses.count - ended
        guard open > 0, open <= Self.few, let lastNews else { return false }
        return clock.now - lastNews < .seconds(3)
    }

    private func look(at job: Job) {
        if known[job.key] == nil { lastNews = clock.now }
        var seen = known[job.key] ?? SlurmSeen(since: clock.now, submission: jobFiles.submission(of: job))
        if seen.claim == nil, let claim = jobFiles.claim(of: job) {
            seen.claim = claim
            seen.claimSeen = clock.now
            lastNews = clock.now
        }
        if seen.claim != nil, seen.start == nil { seen.start = jobFiles.start(of: job) }
        known[job.key] = seen
    }
}

extension JobStatus {
    var isOpen: Bool {
        switch self {
        case .submitted, .waiting, .running: true
        case .ended, .preempted, .lost, .returned: false
        }
    }
}
