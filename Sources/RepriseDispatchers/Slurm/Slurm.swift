import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Hands jobs to the Slurm of this machine: a cluster that shares the jobs' folders, or a login node of one.
///
/// What keeps a job from being executed twice, whoever dies when: each job's folder says under which name it is about to be
/// submitted before it is, and Slurm can be asked for that name; `sbatch` holds a lock while it lives, so that nobody asks
/// too early; and the script executes nothing but what it could claim.
package final class Slurm: Dispatcher {
    package static let kind = "slurm"
    package static let capabilities = DispatchCapabilities(
        sharesFiles: true,
        queues: true,
        limitsMemory: true,
        limitsTime: true
    )

    let settings: SlurmSettings
    let folder: String
    let files: any FileSystem
    let jobFiles: SlurmJobFiles
    let entropy: any Entropy
    let commands: SlurmCommands
    /// nil where the cluster sees this machine's files.
    let place: SlurmPlace?
    let watch: SlurmWatch
    private let cancelling: SlurmCancelling

    /// `folder` is where scripts and locks of this store lie, on the file system that the nodes share. `interval` is the
    /// time between two questions to Slurm where nothing is expected.
    package init(
        _ settings: SlurmSettings,
        folder: String,
        files: any FileSystem = LiveFileSystem(),
        processes: any ProcessRunner = LiveProcessRunner(),
        variables: [String: String] = inheritedVariables(),
        entropy: any Entropy = LiveEntropy(),
        wallClock: any WallClock = LiveWallClock(),
        interval: Duration = .seconds(5),
        login: SlurmLogin? = nil
    ) {
        self.settings = settings
        self.folder = folder
        self.files = files
        self.entropy = entropy
        jobFiles = SlurmJobFiles(files: files)
        commands = SlurmCommands(
            settings,
            processes: login?.runner ?? processes,
            variables: login == nil ? variables : SlurmSurroundings.everyDecision
        )
        place = login.map { login in
            let workspace = RemoteWorkspace(login.workspace, on: login.runner, files: files)
            return SlurmPlace(workspace, folder: folder + "/ended", files: files)
        }
        watch = SlurmWatch(commands, place: place, files: files, wallClock: wallClock, interval: interval)
        cancelling = SlurmCancelling(commands)
    }

    convenience init(_ parts: DispatcherParts) {
        self.init(
            SlurmSettings(parts.target),
            folder: parts.folder,
            files: parts.files,
            processes: parts.processes,
            variables: parts.variables,
            wallClock: parts.wallClock,
            login: SlurmLogin(parts)
        )
    }

    package func changes() -> AsyncStream<Void> { watch.bell.stream() }

    package func status(of jobs: [Job: JobHandle]) async throws -> [JobKey: JobStatus] {
        let statuses = try await watch.status(of: jobs)
        let vanished = await watch.takeVanished()
        if !vanished.isEmpty { await submitAgain(jobs.keys.filter { vanished.contains($0.key) }) }
        return statuses
    }

    package func cancel(_ job: Job, _ handle: JobHandle, grace: Duration) async throws {
        guard ExitFile.read(in: job.folder, files) == nil else { return }
        try jobFiles.refuseToEnd(job)
        await watch.expectNews(for: grace + .seconds(10))
        var ids = [handle.description]
        for id in [jobFiles.claim(of: job)?.id, jobFiles.submission(of: job)?.handle?.description] {
            if let id, !ids.contains(id) { ids.append(id) }
        }
        try await cancelling.cancel(ids, grace: grace)
    }

    // MARK: Submitting

    package func submit(_ job: Job) async throws -> JobHandle {
        guard let result = await submit([job])[job.key] else { throw CancellationError() }
        return try result.get()
    }

    package func submit(_ jobs: [Job]) async -> [JobKey: Result<JobHandle, any Error>] {
        do {
            try check()
            try await place?.reach()
        } catch {
            var results: [JobKey: Result<JobHandle, any Error>] = [:]
            for job in jobs { results[job.key] = .failure(passing(error)) }
            return results
        }
        let results = await submissions.submit(jobs) { fresh in
            var results: [JobKey: Result<JobHandle, any Error>] = [:]
            for (batch, jobs) in try await batches(of: fresh) {
                for (key, result) in await submitWhatFits(batch, jobs) { results[key] = result }
            }
            return results
        }
        return results.mapValues { $0.mapError(passing) }
    }

    private func check() throws {
        if let option = settings.conflict {
            throw SlurmError.badOption(words: "`\(option)` among the target's options is for Reprise to decide")
        }
    }

    // MARK: Finding

    package func find(_ jobs: [Job]) async throws -> [JobKey: JobHandle] { try await submissions.find(jobs) }

    private var submissions: JobSubmissions<SlurmJobFiles> {
        JobSubmissions(folder: folder, files: files, notes: jobFiles, recover: recover)
    }

    /// Those that Slurm knows by the name under which they were to be submitted, or that have begun.
    @Sendable
    private func recover(
        _ doubts: [JobSubmissions<SlurmJobFiles>.Doubt]
    ) async throws
        -> [JobSubmissions<SlurmJobFiles>.Doubt]
    {
        try jobFiles.refuseStrangers(among: doubts)
        if let place {
            try await place.settle(doubts.map(\.job))
        } else {
            _ = try await FileLock.held(folder + "/sbatch.lock")
        }
        let rows = try await commands.queue()
        let ids = Dictionary(rows.map { ($0.name, $0.id.prefix { $0 != "_" }) }) { first, _ in first }
        return doubts.compactMap { job, submission in
            let claimed = jobFiles.claim(of: job)?.id.prefix { $0 != "_" }
            guard let id = claimed ?? ids[submission.name] else { return nil }
            var known = submission
            known.id = String(id)
            return (job, known)
        }
    }
}

extension SlurmError {
    /// Slurm has taken no job, and will not.
    var isCertain: Bool {
        switch self {
        case .controllerDown, .other: false
        default: true
        }
    }

    /// Fewer jobs at once may be taken.
    var limitsNumber: Bool {
        switch self {
        case .limit: true
        case .badOption(let words): words.contains("Invalid job array")
        default: false
        }
    }
}
