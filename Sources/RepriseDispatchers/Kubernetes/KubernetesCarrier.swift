import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Brings back what jobs in pods write and leave, a few at a time, behind the back of whoever asks how they stand.
actor KubernetesCarrier {
    private let commands: KubernetesCommands
    private let files: any FileSystem
    /// Rung when something that was under way is here.
    private let bell: KubernetesBell
    /// Between two tries, by how many have failed.
    private let pause: @Sendable (Int) -> Duration
    private let clock = ContinuousClock()
    private var following: [JobKey: ContinuousClock.Instant] = [:]
    private var fetching: [JobKey: Fetch] = [:]
    /// Those that are known to have ended before the cluster says so.
    private var ended: Set<JobKey> = []
    private var followed = 0
    private var fetched = 0

    /// How many `kubectl exec` go on at once: those that follow jobs, and those that jobs wait for.
    private static let most = (followed: 2, fetched: 6)
    /// Bytes of one file in one piece.
    private static let piece: Int64 = 4 << 20
    private static let tries = 6

    private struct Fetch {
        var isUnderWay = false
        var failures = 0
        /// Those failures that were not the cluster's.
        var tries = 0
        var next: ContinuousClock.Instant
        var isDone = false
        var words: String?
    }

    /// How bringing back stands.
    enum Progress: Hashable {
        case underWay, done
        /// It was tried often enough.
        case failed(String)
    }

    init(
        _ commands: KubernetesCommands,
        files: any FileSystem,
        bell: KubernetesBell,
        pause: @escaping @Sendable (Int) -> Duration = { .seconds(1 << min($0, 5)) }
    ) {
        self.commands = commands
        self.files = files
        self.bell = bell
        self.pause = pause
    }

    /// Begins to append what a running job has written since, unless that goes on or was done a moment ago.
    func follow(_ job: Job, in pod: String) {
        let now = clock.now
        let isDue = following[job.key].map { now - $0 >= .seconds(2) } ?? true
        guard followed < Self.most.followed, isDue else { return }
        following[job.key] = now + .seconds(60)
        followed += 1
        Task {
            try? await bringNews(of: job, in: pod)
            followed -= 1
            following[job.key] = clock.now
            if ended.contains(job.key) { bell.ring() }
        }
    }

    /// Begins to fetch what a job left, unless that goes on, and tells how it stands. `isOver` tells that the job has
    /// ended for certain; where its pod is merely being taken away, its exit record tells. Nothing begins unless `mayBegin`.
    ///
    /// A cluster that is away, or that has forgotten this user, is tried for as long as the pod keeps what the job left.
    func fetch(_ job: Job, in pod: String, isOver: Bool, mayBegin: Bool = true) -> Progress {
        var fetch = fetching[job.key] ?? Fetch(next: clock.now)
        if fetch.isDone { return .done }
        if fetch.tries >= Self.tries, !fetch.isUnderWay { return .failed(fetch.words ?? "it came in pieces") }
        guard mayBegin, !fetch.isUnderWay, clock.now >= fetch.next, fetched < Self.most.fetched else {
            return .underWay
        }
        fetch.isUnderWay = true
        fetching[job.key] = fetch
        fetched += 1
        Task {
            var failure: (any Error)?
            do { try await bringLeavings(of: job, in: pod, isOver: isOver) } catch { failure = error }
            finished(job.key, failure)
        }
        return .underWay
    }

    /// Whether the job was seen to have ended while it was followed.
    func hasEnded(_ key: JobKey) -> Bool { ended.contains(key) }

    func forget(_ key: JobKey) {
        ended.remove(key)
        fetching[key] = nil
        following[key] = nil
    }

    private func finished(_ key: JobKey, _ failure: (any Error)?) {
        fetched -= 1
        defer { bell.ring() }
        guard var fetch = fetching[key] else { return }
        fetch.isUnderWay = false
        fetch.isDone = failure == nil
        fetch.words = failure.map { ($0 as? any RepriseError)?.description ?? "\($0)" }
        fetch.failures += 1
        if (failure as? KubernetesError)?.isPassing != true { fetch.tries += 1 }
        fetch.next = clock.now + pause(fetch.failures)
        fetching[key] = fetch
    }

    // MARK: Bringing

    /// What is here is the beginning of what is there.
    private func bringNews(of job: Job, in pod: String) async throws {
        var lengths: [String: Int64] = [:]
        for name in KubernetesStagedScript.followed {
            lengths[name] = try files.status(job.folder + "/" + name)?.bytes ?? 0
        }
        let script = KubernetesStagedScript.news(
            folder: KubernetesStagedScript.folder(job.key.folder),
            lengths: lengths,
            most: Self.piece
        )
        let result = try await commands.execute(["/bin/sh", "-c", script], in: pod, "keeper")
        for (name, content) in KubernetesStagedScript.pieces(result.output) {
            if name == KubernetesStagedScript.end {
                ended.insert(job.key)
                continue
            }
            let path = job.folder + "/" + name
            // Somebody who fetches everything may have been faster.
            guard fetching[job.key] == nil, try files.status(path)?.bytes ?? 0 == lengths[name] ?? 0 else { return }
            try files.append(content, to: path)
        }
    }

    private func bringLeavings(of job: Job, in pod: String, isOver: Bool) async throws {
        let marks = job.folder + "/" + StagingScript.marks
        try files.makeFolder(marks)
        let tar = marks + "/leavings.tar"
        let script = KubernetesStagedScript.leavings(below: job.key.folder, isOver: isOver)
        let result = try await commands.execute(
            ["/bin/sh", "-c", script],
            in: pod,
            "keeper",
            output: tar,
            files: files
        )
        do {
            try Leavings(job, files: files).unpack(tar: tar, concluding: true)
        } catch let error as any RepriseError {
            guard result.status != 0 else { throw error }
            throw commands.refusal(result, command: "exec")
        }
        try files.remove(tar)
        guard try isOver || files.exists(job.folder + "/" + ExitFile.name) else {
            fetching[job.key]?.tries = 0
            fetching[job.key]?.failures = 0
            throw Mistake("it has not ended yet", code: "kubernetes-not-over", fault: .world)
        }
    }
}
