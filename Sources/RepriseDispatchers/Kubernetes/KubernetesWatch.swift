import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Knows where jobs stand: by their own files at every look, and by one question to the cluster every few seconds, however
/// many jobs there are.
actor KubernetesWatch {
    /// How long a job's record may take to be seen here, and the cluster's word for an end that the job wrote down already.
    static let patience = Duration.seconds(20)
    /// How much longer than its time the end of a pod may take.
    private let silence: Duration

    let commands: KubernetesCommands
    let files: any FileSystem
    let jobFiles: KubernetesJobFiles
    let carrier: KubernetesCarrier
    let clock = ContinuousClock()
    /// Rung when it may be told soon how a job stands.
    let bell: KubernetesBell
    private let wallClock: any WallClock
    var carries: Bool { commands.settings.volume == nil }

    private(set) var state = KubernetesState()
    private(set) var pace: KubernetesPace
    var known: [JobKey: KubernetesSight] = [:]
    var messages: [String: [String]] = [:]
    var messagesAsked: ContinuousClock.Instant?
    var largest: KubernetesCapacity?
    var nodesAsked: ContinuousClock.Instant?
    /// How long the last look at all jobs took.
    var lookTime = Duration.zero
    /// Whether the cluster may have ConfigMaps that jobs of the store share.
    private(set) var mayHaveContents = true
    /// Why the last question was not answered; nil where it was.
    private var trouble: (any Error)?
    private var forbiddenSince: ContinuousClock.Instant?
    /// Things of jobs that have ended, to be taken away soon, and when some were taken away last.
    var waste: [String] = []
    var lastWaste = ContinuousClock().now
    var limits: (keeper: KubernetesKeeper, asked: ContinuousClock.Instant)?

    init(
        _ commands: KubernetesCommands,
        files: any FileSystem,
        wallClock: any WallClock,
        interval: Duration,
        bell: KubernetesBell = KubernetesBell(),
        silence: Duration = .seconds(60)
    ) {
        self.commands = commands
        self.files = files
        jobFiles = KubernetesJobFiles(files: files)
        self.wallClock = wallClock
        self.bell = bell
        self.silence = silence
        pace = KubernetesPace(interval)
        carrier = KubernetesCarrier(commands, files: files, bell: bell)
    }

    /// `store` is the mark that the store's things bear in the cluster.
    func status(of jobs: [Job: JobHandle], store: String) async throws -> [JobKey: JobStatus] {
        var statuses: [JobKey: JobStatus] = [:]
        var open: [Job: JobHandle] = [:]
        var isUrgent = false
        let begin = clock.now
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
        lookTime = clock.now - begin
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

    /// Whether there may be shared ConfigMaps from now on: some are about to be made, or all were taken away.
    func note(mayHaveContents: Bool) { self.mayHaveContents = mayHaveContents }

    /// Jobs were handed over: it may soon be told how they stand.
    func hasSubmitted() { bell.ring() }

    /// Notes whether the cluster has just forbidden something; for how long it has done so.
    func forbidden(_ isForbidden: Bool) -> Duration {
        forbiddenSince = isForbidden ? forbiddenSince ?? clock.now : nil
        return forbiddenSince.map { clock.now - $0 } ?? .zero
    }

    /// From now on the cluster is asked more often for a while.
    func expectNews(for time: Duration) { pace.expectNews(for: time, clock.now) }

    /// The pod that executes the job, as far as it is known.
    func pod(of job: Job, _ handle: JobHandle) -> KubernetesPod? {
        let pods = state.pods[handle.description] ?? []
        guard let claim = known[job.key]?.claim else { return pods.last }
        return pods.first { $0.name == claim }
    }

    // MARK: Looking

    private func look(at job: Job) {
        known[
            job.key,
            default: KubernetesSight(since: clock.now, submission: jobFiles.submission(of: job))
        ]
        .look(at: job, jobFiles, clock.now)
    }

    /// Throws as long as the last question was not answered, also while it is too early for the next one.
    private func ask(_ store: String, isUrgent: Bool) async throws {
        guard pace.begins(clock.now, isUrgent: isUrgent, latest: latest) else {
            if let trouble { throw trouble }
            return
        }
        do {
            state = try await commands.state(of: store)
            pace.answered(clock.now)
            trouble = nil
        } catch {
            pace.failed()
            trouble = error
            throw error
        }
    }

    /// When the last of those jobs began, or was first looked at, that have not ended.
    private var latest: ContinuousClock.Instant? { known.values.map { $0.claimSeen ?? $0.since }.max() }

    /// That, and how long the last look at all jobs took.
    var youth: (latest: ContinuousClock.Instant?, lookTime: Duration) { (latest, lookTime) }

    // MARK: Judging

    func judge(_ job: Job, _ handle: JobHandle) -> JobStatus {
        guard known[job.key] != nil else { return .submitted }
        // The cluster was asked a while ago, and the job may have begun since.
        look(at: job)
        guard let seen = known[job.key] else { return .submitted }
        let began = seen.start ?? pod(of: job, handle)?.termination?.started
        let asLooks: JobStatus = seen.claim == nil ? .submitted : .running(since: began)
        // An answer that is older than the claim does not know of it.
        guard pace.isAnswered(since: seen.claimSeen ?? seen.since) else { return asLooks }
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
        evidence.claim = seen?.claim
        evidence.verdict = seen?.verdict
        // Another Job of that name is not this one.
        let row = state.jobs[handle.description]
        if row?.uid == seen?.submission?.uid || seen?.submission?.uid == nil { evidence.row = row }
        evidence.pods = state.pods[handle.description] ?? []
        evidence.isSilent = evidence.pod.map { isSilent($0, of: job.key) } ?? false
        return evidence
    }

    /// Whether the job's pod should have ended long ago, and its node does not do it.
    func isSilent(_ pod: KubernetesPod, of key: JobKey) -> Bool {
        guard pod.deleted != nil, let asked = pace.asked else {
            known[key]?.deletedSeen = nil
            return false
        }
        let since = known[key]?.deletedSeen ?? asked
        known[key]?.deletedSeen = since
        return pod.isSilent(since: since, asked: asked, after: silence)
    }
}

extension JobStatus {
    var isEnd: Bool {
        switch self {
        case .submitted, .waiting, .running: false
        case .ended, .preempted, .lost, .returned: true
        }
    }
}
