import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Hands jobs to a Kubernetes cluster, each as a Job of one pod, by the person's own `kubectl`.
///
/// What keeps a job from being executed twice, whoever dies when: a Job's name follows from the job's key, and the cluster
/// takes a name once; the job's folder says that it is about to be submitted before it is; and `kubectl` holds a lock while
/// it lives, so that nobody asks too early.
package final class Kubernetes: Dispatcher {
    package static let kind = "kubernetes"
    package static let capabilities = DispatchCapabilities(
        // By a volume, or else by what is brought back all the time.
        sharesFiles: true,
        queues: true,
        limitsMemory: true,
        limitsTime: true
    )

    let settings: KubernetesSettings
    let folder: String
    let files: any FileSystem
    let jobFiles: KubernetesJobFiles
    let entropy: any Entropy
    let owner: ProcessOwner
    let processes: any ProcessRunner
    let places: KubernetesPlaces
    private let stopping = KubernetesStopping()

    /// `folder` is where locks of this store lie. `interval` is the time between two questions to the cluster where nothing
    /// is expected.
    package init(
        _ settings: KubernetesSettings,
        folder: String,
        files: any FileSystem = LiveFileSystem(),
        processes: any ProcessRunner = LiveProcessRunner(),
        entropy: any Entropy = LiveEntropy(),
        wallClock: any WallClock = LiveWallClock(),
        owner: ProcessOwner = .current,
        interval: Duration = .seconds(3)
    ) {
        self.settings = settings
        self.folder = folder
        self.files = files
        self.entropy = entropy
        self.owner = owner
        self.processes = processes
        jobFiles = KubernetesJobFiles(files: files)
        places = KubernetesPlaces(
            settings,
            files: files,
            processes: processes,
            wallClock: wallClock,
            interval: interval
        )
    }

    convenience init(_ parts: DispatcherParts) {
        self.init(
            KubernetesSettings(parts.target),
            folder: parts.folder,
            files: parts.files,
            processes: parts.processes,
            wallClock: parts.wallClock
        )
    }

    package func changes() -> AsyncStream<Void> {
        places.bell.listen { [places] in await places.ringForTheYoung() }
    }

    package func status(of jobs: [Job: JobHandle]) async throws -> [JobKey: JobStatus] {
        var statuses: [JobKey: JobStatus] = [:]
        var trouble: (any Error)?
        for (watch, part) in await places.divided(jobs) {
            do {
                let answer = try await status(of: part, watch)
                statuses.merge(answer) { $1 }
            } catch { trouble = error }
        }
        if let trouble, statuses.isEmpty { throw trouble }
        await places.forget(statuses.filter(\.value.isEnd).keys)
        return statuses
    }

    private func status(of jobs: [Job: JobHandle], _ watch: KubernetesWatch) async throws -> [JobKey: JobStatus] {
        let statuses = try await watch.status(of: jobs, store: mark())
        let areOver = !statuses.isEmpty && statuses.values.allSatisfy(\.isEnd)
        if settings.volume == nil, areOver, await watch.mayHaveContents { await clearContents(watch) }
        return statuses
    }

    /// Held by whoever submits.
    private var lockPath: String { folder + "/submit.lock" }

    /// Takes away the code that jobs shared, where no job of the store is left that may need it, whichever target it is of:
    /// by an answer that is given while nobody submits.
    private func clearContents(_ watch: KubernetesWatch) async {
        let commands = watch.commands
        guard let store = try? mark(), let lock = try? FileLock(lockPath) else { return }
        defer { withExtendedLifetime(lock) {} }
        // What somebody submitted who is dead may still be under way.
        guard let sending = try? FileLock(folder + "/kubectl.lock") else { return }
        defer { withExtendedLifetime(sending) {} }
        guard let state = try? await commands.state(of: store), state.jobs.isEmpty else { return }
        let selector = "\(KubernetesNames.store)=\(store),\(KubernetesNames.content)"
        guard (try? await commands.delete(["configmaps"], selector: selector)) != nil else { return }
        await watch.note(mayHaveContents: false)
    }

    // MARK: Cancelling

    /// The job's own first process ends the others. Where there is none that can be told, the cluster ends the pod.
    package func cancel(_ job: Job, _ handle: JobHandle, grace: Duration) async throws {
        guard ExitFile.read(in: job.folder, files) == nil, jobFiles.verdict(of: job) == nil else { return }
        try await stopping.cancel(
            .init(job: job, handle: handle, grace: grace, watch: await places.watch(of: job)),
            store: mark()
        )
    }

    // MARK: Submitting

    package func submit(_ job: Job) async throws -> JobHandle {
        guard let result = await submit([job])[job.key] else { throw CancellationError() }
        return try result.get()
    }

    package func submit(_ jobs: [Job]) async -> [JobKey: Result<JobHandle, any Error>] {
        await submissions.submit(jobs) { fresh in
            var results: [JobKey: Result<JobHandle, any Error>] = [:]
            for start in stride(from: 0, to: fresh.count, by: Self.most) {
                let part = Array(fresh[start..<min(start + Self.most, fresh.count)])
                for (key, result) in await handOver(part) { results[key] = result }
            }
            return results
        }
    }

    /// How many jobs go in one request.
    private static let most = 100

    /// By what the store's things in the cluster are known. Made once.
    func mark() throws -> String {
        let path = folder + "/store"
        if let text = try? files.text(path) { return text }
        try files.makeFolder(folder)
        let fresh = withUnsafeBytes(of: entropy.next().bigEndian) { hexadecimal($0) }
        let isOurs = try files.create(path, bytes: Array(fresh.utf8), mode: 0o644)
        return isOurs ? fresh : try files.text(path)
    }

    // MARK: Finding

    package func find(_ jobs: [Job]) async throws -> [JobKey: JobHandle] { try await submissions.find(jobs) }

    private var submissions: JobSubmissions<KubernetesJobFiles> {
        JobSubmissions(folder: folder, files: files, notes: jobFiles, recover: recover)
    }

    /// Those whose Job is there, or that have begun.
    @Sendable
    private func recover(
        _ doubts: [JobSubmissions<KubernetesJobFiles>.Doubt]
    ) async throws
        -> [JobSubmissions<KubernetesJobFiles>.Doubt]
    {
        _ = try await FileLock.held(folder + "/kubectl.lock")
        var found: [JobSubmissions<KubernetesJobFiles>.Doubt] = []
        for (place, part) in Dictionary(grouping: doubts, by: \.submission.place) {
            let uids = try await places.watch(at: place).commands.identify(part.map(\.submission.name))
            for (job, submission) in part {
                // Without the Job, but with what it left, it was submitted and is gone.
                guard let uid = uids[submission.name] ?? (hasBegun(job) ? "gone" : nil) else { continue }
                found.append((job, .init(name: submission.name, uid: uid, place: place)))
            }
        }
        return found
    }

    private func hasBegun(_ job: Job) -> Bool {
        jobFiles.claim(of: job) != nil || ExitFile.read(in: job.folder, files) != nil
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
