import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Knows where jobs stand: by their own files at every look, and by one question to the cluster every few seconds, however
/// many jobs there are.
actor KubernetesWatch {
    /// How long a job's record may take to be seen here, and the cluster's word for an end that the job wrote down already.
    static let patience = Duration.seconds(20)

    private let commands: KubernetesCommands
    private let files: any FileSystem
    private let jobFiles: KubernetesJobFiles
    private let wallClock: any WallClock
    private let interval: Duration
    private let carrier: KubernetesCarrier
    private var carries: Bool { commands.settings.volume == nil }
    private let clock = ContinuousClock()

    private var state = KubernetesState()
    /// When the answer was asked for that `state` holds.
    private var asked: ContinuousClock.Instant?
    private var tried: ContinuousClock.Instant?
    private var failures = 0
    private var isAsking = false
    private var urgentUntil: ContinuousClock.Instant?
    private var known: [JobKey: Known] = [:]
    private var messages: [String: [String]] = [:]
    private var messagesAsked: ContinuousClock.Instant?
    private var largest: KubernetesCapacity?
    private var nodesAsked: ContinuousClock.Instant?

    /// What was seen of a job so far.
    private struct Known {
        var since: ContinuousClock.Instant
        var submission: KubernetesJobFiles.Submission?
        var claim: String?
        var claimSeen: ContinuousClock.Instant?
        var start: Timestamp?
        /// Since when only one of the job and the cluster says that it has ended.
        var doubtSince: ContinuousClock.Instant?
        var obstacle: KubernetesObstacle?
        var obstacleSince: ContinuousClock.Instant?
        var verdict: String?
        var isTakenBack = false
        var hasSecrets = true
    }

    init(_ commands: KubernetesCommands, files: any FileSystem, wallClock: any WallClock, interval: Duration) {
        self.commands = commands
        self.files = files
        jobFiles = KubernetesJobFiles(files: files)
        self.wallClock = wallClock
        self.interval = interval
        carrier = KubernetesCarrier(commands, files: files)
    }

    /// `store` is the mark that the store's things bear in the cluster.
    func status(of jobs: [Job: JobHandle], store: String) async throws -> [JobKey: JobStatus] {
        var statuses: [JobKey: JobStatus] = [:]
        var open: [Job: JobHandle] = [:]
        var isUrgent = false
        for (job, handle) in jobs {
            if let verdict = jobFiles.verdict(of: job) {
                statuses[job.key] = verdict
                continue
            }
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
            do { try await ask(store, isUrgent: isUrgent) } catch { if statuses.isEmpty { throw error } }
            for (job, handle) in open {
                if carries { note(job, handle) }
                let status = judge(job, handle)
                statuses[job.key] = carries ? await carry(job, handle, status) : status
            }
            await askWhyNothingBegins(open)
            try? await takeBackHopeless()
        }
        await tidy(jobs, statuses)
        return statuses
    }

    /// From now on the cluster is asked more often for a while.
    func expectNews(for time: Duration) { urgentUntil = max(urgentUntil ?? clock.now, clock.now + time) }

    /// The pod that executes the job, as far as it is known.
    func pod(of job: Job, _ handle: JobHandle) -> KubernetesPod? {
        let pods = state.pods[handle.description] ?? []
        guard let claim = known[job.key]?.claim else { return pods.last }
        return pods.first { $0.name == claim }
    }

    // MARK: Looking

    private func look(at job: Job) {
        var seen = known[job.key] ?? Known(since: clock.now, submission: jobFiles.submission(of: job))
        if seen.claim == nil, let claim = jobFiles.claim(of: job) {
            seen.claim = claim
            seen.claimSeen = clock.now
        }
        if seen.claim != nil, seen.start == nil { seen.start = jobFiles.start(of: job) }
        known[job.key] = seen
    }

    private func ask(_ store: String, isUrgent: Bool) async throws {
        let now = clock.now
        let isPressing = isUrgent || (urgentUntil ?? now) > now
        let pause = min(.seconds(60), (isPressing ? min(interval, .seconds(1)) : interval) * (1 << min(failures, 6)))
        guard !isAsking, tried.map({ now - $0 >= pause }) ?? true else { return }
        isAsking = true
        defer { isAsking = false }
        tried = now
        do {
            state = try await commands.state(of: store)
            asked = now
            failures = 0
        } catch {
            failures += 1
            throw error
        }
    }

    /// Whether the last answer says something of a job that was first asked for at `moment`.
    private func isAnswered(since moment: ContinuousClock.Instant?) -> Bool {
        guard let asked, let moment else { return false }
        return asked >= moment
    }

    // MARK: Judging

    private func judge(_ job: Job, _ handle: JobHandle) -> JobStatus {
        guard let seen = known[job.key] else { return .submitted }
        let began = seen.start ?? pod(of: job, handle)?.termination?.started
        let asLooks: JobStatus = seen.claim == nil ? .submitted : .running(since: began)
        // An answer that is older than the claim does not know of it.
        guard isAnswered(since: seen.claimSeen ?? seen.since) else { return asLooks }
        guard seen.submission != nil else {
            return .lost(reason: "it was never submitted, and the cluster does not know it")
        }
        let evidence = evidence(job, handle)
        weigh(evidence)
        let status = KubernetesEnd.status(evidence, now: wallClock.now())
        let isSure = evidence.row != nil || evidence.verdict != nil
        guard let status, isSure || !status.isEnd else {
            // One of the two has not heard of the end yet.
            let since = seen.doubtSince ?? clock.now
            known[job.key]?.doubtSince = since
            let patience: Duration = status == nil ? Self.patience : .seconds(3)
            if clock.now - since < patience { return asLooks }
            if let status { return status }
            if let record = evidence.record { return .ended(record, reason: evidence.limit) }
            return KubernetesEnd.unseen(evidence, volume: commands.settings.volume?.path)
        }
        known[job.key]?.doubtSince = nil
        guard case .submitted = status, let obstacle = known[job.key]?.obstacle else { return status }
        return .waiting(reason: obstacle.words)
    }

    private func evidence(_ job: Job, _ handle: JobHandle) -> KubernetesEvidence {
        let seen = known[job.key]
        var evidence = KubernetesEvidence(job: job, record: ExitFile.read(in: job.folder, files))
        evidence.start = seen?.start ?? jobFiles.start(of: job)
        evidence.isCarried = carries
        evidence.limit = jobFiles.limit(of: job)
        evidence.claim = seen?.claim ?? jobFiles.claim(of: job)
        evidence.verdict = seen?.verdict
        // Another Job of that name is not this one.
        let row = state.jobs[handle.description]
        if row?.uid == seen?.submission?.uid || seen?.submission?.uid == nil { evidence.row = row }
        evidence.pods = state.pods[handle.description] ?? []
        return evidence
    }

    // MARK: What is carried

    /// The first pod of a job that has begun is the one that executes it.
    private func note(_ job: Job, _ handle: JobHandle) {
        guard known[job.key]?.claim == nil, known[job.key]?.submission != nil,
            let pod = state.pods[handle.description]?.first, pod.isRunning || pod.termination != nil
        else { return }
        known[job.key]?.claim = pod.name
        known[job.key]?.claimSeen = asked
        // Lost, it is found again as long as the pod is there.
        try? jobFiles.write(claim: pod.name, of: job)
    }

    /// Follows a job that runs, and holds back the end of one until what it left is here.
    private func carry(_ job: Job, _ handle: JobHandle, _ status: JobStatus) async -> JobStatus {
        guard let pod = pod(of: job, handle), known[job.key]?.claim == pod.name, !pod.isOver,
            case .running? = pod.keeper
        else { return status }
        let running = JobStatus.running(since: known[job.key]?.start ?? pod.termination?.started)
        // Of a pod that is being taken away nobody tells how its containers ended.
        guard pod.termination != nil || pod.deleted != nil || status.isEnd else {
            await carrier.follow(job, in: pod.name)
            return status
        }
        switch await carrier.fetch(job, in: pod.name, isOver: pod.termination != nil) {
        case .underWay:
            expectNews(for: .seconds(5))
            return running
        case .done: return judge(job, handle)
        case .failed(let words):
            let lost = JobStatus.lost(reason: "what it left could not be fetched: \(KubernetesEnd.trimmed(words))")
            return status.isEnd ? status : lost
        }
    }

    // MARK: What never begins

    private func weigh(_ evidence: KubernetesEvidence) {
        let key = evidence.job.key
        guard evidence.claim == nil, evidence.row != nil, known[key]?.verdict == nil else { return }
        var obstacle = KubernetesObstacle.facing(
            evidence.pods.last,
            image: evidence.job.container?.image ?? commands.settings.image,
            messages: evidence.pods.isEmpty ? messages[evidence.row?.name ?? ""] ?? [] : [],
            largest: largest,
            evidence.job.resources,
            commands.settings
        )
        // The first words about an image say more than the later ones.
        if let before = known[key]?.obstacle, obstacle?.words.contains("Back-off") == true {
            obstacle?.words = before.words
        }
        let isSame = obstacle != nil && obstacle?.patience == known[key]?.obstacle?.patience
        known[key]?.obstacle = obstacle
        if !isSame { known[key]?.obstacleSince = clock.now }
        guard let obstacle, let patience = obstacle.patience, let since = known[key]?.obstacleSince else { return }
        if clock.now - since >= patience { known[key]?.verdict = obstacle.words } else { expectNews(for: .seconds(5)) }
    }

    /// Asks for messages about Jobs without pods, and for the nodes, now and then.
    private func askWhyNothingBegins(_ jobs: [Job: JobHandle]) async {
        let now = clock.now
        let waiting = jobs.filter { known[$0.key.key]?.claim == nil }
        let podless = waiting.values.filter { handle in
            let row = state.jobs[handle.description]
            return row != nil && row?.failure == nil && state.pods[handle.description] == nil
        }
        if !podless.isEmpty, messagesAsked.map({ now - $0 >= .seconds(5) }) ?? true {
            messagesAsked = now
            if let answer = try? await commands.troubles() { messages = answer }
        }
        let hasNoRoom = waiting.values.contains { state.pods[$0.description]?.last?.unschedulable != nil }
        if hasNoRoom, nodesAsked.map({ now - $0 >= .seconds(60) }) ?? true {
            nodesAsked = now
            largest = (try? await commands.nodes()).flatMap { KubernetesCapacity.largest($0) }
        }
    }

    private func takeBackHopeless() async throws {
        let hopeless = known.filter { $0.value.verdict != nil && !$0.value.isTakenBack }
        let names = hopeless.compactMap { $0.value.submission?.name }
        guard !names.isEmpty else { return }
        try await commands.delete(names.map { "job/" + $0 })
        for key in hopeless.keys { known[key]?.isTakenBack = true }
        expectNews(for: .seconds(10))
    }

    // MARK: Afterwards

    /// Forgets what has ended, and clears away what the cluster has of it.
    private func tidy(_ jobs: [Job: JobHandle], _ statuses: [JobKey: JobStatus]) async {
        var things: [String] = []
        var bare: [String] = []
        var owners: [String] = []
        for (job, handle) in jobs {
            guard let status = statuses[job.key], let seen = known[job.key] else { continue }
            let hasSecrets = !job.secrets.isEmpty && seen.hasSecrets
            switch status {
            case .submitted, .waiting: continue
            case .running:
                // Its container has them.
                if hasSecrets, isAnswered(since: seen.claimSeen) {
                    bare.append(handle.description)
                    known[job.key]?.hasSecrets = false
                }
                continue
            case .ended, .preempted, .lost:
                if case .ended(let record, _) = status, record.isSuccess {
                } else {
                    try? jobFiles.write(status, of: job)
                }
            }
            if seen.submission != nil {
                things.append("job/" + handle.description)
                if hasSecrets || carries { owners.append(handle.description) }
            }
            known[job.key] = nil
            await carrier.forget(job.key)
        }
        // What stays is cleared away by the cluster itself, later.
        for start in stride(from: 0, to: things.count, by: 200) {
            try? await commands.delete(Array(things[start..<min(start + 200, things.count)]))
        }
        try? await commands.deleteBelongings(of: bare, kinds: "secrets")
        try? await commands.deleteBelongings(of: owners)
    }
}

extension JobStatus {
    var isEnd: Bool {
        switch self {
        case .submitted, .waiting, .running: false
        case .ended, .preempted, .lost: true
        }
    }
}
