import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Knows where jobs stand: by one list of what they have sent every few seconds, and more seldom by one question to AWS
/// Batch for each hundred of them.
actor BatchWatch {
    let commands: AWSCommands
    let staging: BatchStaging
    let fetching: BatchFetching
    let files: any FileSystem
    let jobFiles: BatchJobFiles
    let wallClock: any WallClock
    let clock = ContinuousClock()
    /// How long a job must be absent from what AWS Batch answers to be gone.
    private let doubt: Duration
    var listPace: BatchPace
    private var askPace: BatchPace
    /// What the last look met, until the next one.
    private var listTrouble: (any Error)?
    private var askTrouble: (any Error)?
    var known: [JobKey: BatchSight] = [:]
    /// Of which somebody waits to hear whether they have begun.
    private var inQuestion: [Job: JobHandle] = [:]
    private var claims: Task<Void, Never>?

    init(
        _ commands: AWSCommands,
        _ staging: BatchStaging,
        wallClock: any WallClock,
        interval: Duration,
        doubt: Duration = .seconds(120)
    ) {
        self.commands = commands
        self.staging = staging
        fetching = BatchFetching(store: staging.store, processes: staging.processes, files: staging.files)
        files = staging.files
        jobFiles = staging.jobFiles
        self.wallClock = wallClock
        self.doubt = doubt
        listPace = BatchPace(interval: interval, urgent: min(interval, .seconds(2)))
        askPace = BatchPace(interval: interval * 3, urgent: min(interval, .seconds(2)))
    }

    func status(of jobs: [Job: JobHandle]) async throws -> [JobKey: JobStatus] {
        var statuses: [JobKey: JobStatus] = [:]
        var open: [Job: JobHandle] = [:]
        for (job, handle) in jobs {
            note(job)
            if let status = ended(job) { statuses[job.key] = status } else { open[job] = handle }
        }
        if !open.isEmpty {
            var trouble = await look(at: open)
            var hasNews = !statuses.isEmpty
            for (job, handle) in open {
                let status: JobStatus
                do { status = try await judge(job, handle) } catch {
                    // It is tried again after the next answer, and keeps nobody from the others.
                    trouble = trouble ?? error
                    continue
                }
                statuses[job.key] = status
                if case .submitted = status { continue }
                if case .waiting = status { continue }
                if case .running = status { continue }
                hasNews = true
            }
            if let trouble, !hasNews { throw trouble }
        }
        await tidy(jobs, statuses)
        return statuses
    }

    /// Asks both; what one of them does not answer is no reason not to ask the other.
    private func look(at jobs: [Job: JobHandle]) async -> (any Error)? {
        var trouble: (any Error)?
        do { try await list(jobs) } catch AWSError.noBucket(let name, let words) {
            trouble = AWSError.noBucket(name, words: words)
            // Nothing comes back any more.
            for job in jobs.keys where known[job.key]?.overSince != nil {
                known[job.key]?.listed = clock.now
                known[job.key]?.lastWords = "there is no bucket `\(name)` any more"
            }
        } catch {
            trouble = error
        }
        do { try await ask(jobs) } catch { trouble = trouble ?? error }
        return trouble
    }

    /// From now on looks more often for a while.
    func expectNews(for time: Duration) {
        listPace.expectNews(until: clock.now + time)
        askPace.expectNews(until: clock.now + time)
    }

    /// Whether the job's script has claimed it, as far as a look at this moment tells.
    func hasBegun(_ job: Job, _ handle: JobHandle) async -> Bool {
        note(job)
        if known[job.key]?.claim != nil { return true }
        inQuestion[job] = handle
        let look = claims ?? Task { await lookForClaims() }
        claims = look
        await look.value
        return known[job.key]?.claim != nil
    }

    /// One list for all that are asked for at about the same time.
    private func lookForClaims() async {
        try? await clock.sleep(for: .milliseconds(50))
        let jobs = inQuestion
        inQuestion = [:]
        claims = nil
        listPace.hurry()
        try? await list(jobs)
    }

    func noteCancelled(_ key: JobKey) { known[key]?.isCancelled = true }

    private func note(_ job: Job) {
        if known[job.key] == nil {
            known[job.key] = BatchSight(submission: jobFiles.submission(of: job))
        }
    }

    func ended(_ job: Job) -> JobStatus? {
        guard let record = ExitFile.read(in: job.folder, files) else { return nil }
        return .ended(record, reason: record.isSuccess ? nil : jobFiles.limit(of: job))
    }

    // MARK: What jobs have sent

    /// Between two looks what the last one met holds on.
    private func list(_ jobs: [Job: JobHandle]) async throws {
        if listPace.isDue(clock.now) {
            listTrouble = nil
            do { try await look(atWhatSent: jobs) } catch {
                if !(error is CancellationError) { listTrouble = error }
                throw error
            }
        }
        if let listTrouble { throw listTrouble }
    }

    private func look(atWhatSent jobs: [Job: JobHandle]) async throws {
        let begin = clock.now
        listPace.begin(begin)
        var trouble: (any Error)?
        do {
            let head = try await staging.store.key("\(staging.store.store)/out/")
            let inboxes = BatchInbox.sorted(try await staging.store.list(prefix: head), head: head)
            listPace.succeed()
            trouble = await take(inboxes, of: jobs.keys.sorted { $0.key.description < $1.key.description }, at: begin)
        } catch {
            // Who says that nothing is there has answered.
            if case AWSError.noBucket = error { listPace.succeed() } else { listPace.fail() }
            throw error
        }
        for batch in Set(jobs.keys.compactMap { known[$0.key]?.submission?.name }) {
            do { try await staging.renew(batch, now: wallClock.now()) } catch {
                trouble = trouble ?? error
                if AWSAway.passing(error) is AWSAway { break }
            }
        }
        if let trouble { throw trouble }
    }

    // MARK: What AWS Batch says

    private func ask(_ jobs: [Job: JobHandle]) async throws {
        let open = jobs.filter { ended($0.key) == nil }
        guard !open.isEmpty else { return }
        if askPace.isDue(clock.now) {
            let begin = clock.now
            askPace.begin(begin)
            do {
                let rows = try await commands.describe(open.values.map(\.description).sorted())
                let byID = Dictionary(rows.map { ($0.id, $0) }) { first, _ in first }
                for (job, handle) in open { take(byID[handle.description], of: job.key, at: begin) }
                askPace.succeed()
                askTrouble = nil
            } catch {
                askPace.fail()
                askTrouble = error is CancellationError ? nil : error
                throw error
            }
        }
        if let askTrouble { throw askTrouble }
    }

    private func take(_ row: BatchRow?, of key: JobKey, at moment: ContinuousClock.Instant) {
        guard var seen = known[key] else { return }
        let absence = row == nil ? seen.absentSince ?? moment : nil
        let isGone = absence.map { moment - $0 >= doubt } ?? false
        // What it said before still tells how far the job had come.
        let latest = row ?? (isGone && seen.row?.state?.isEnd != true ? nil : seen.row)
        let isOver = latest.map { $0.state?.isEnd == true } ?? isGone
        if isOver, seen.overSince == nil {
            listPace.hurry()
            expectNews(for: .seconds(10))
        }
        seen.row = latest
        seen.absentSince = absence
        seen.overSince = isOver ? seen.overSince ?? clock.now : nil
        seen.asked = moment
        known[key] = seen
    }
}
