import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Executes jobs by `srun`, a process of this machine for each: within the allocation that this process is in, or else each in
/// an allocation of its own.
///
/// What keeps a job from being executed twice, whoever dies when: what begins `srun` holds an open, locked file that `srun`
/// inherits, and notes that it has begun before anything else; and the script executes nothing but what it could claim. The
/// `srun` of a job outlives whoever began it.
package final class Srun: Dispatcher {
    package static let kind = Slurm.kind
    package static let capabilities = DispatchCapabilities(
        sharesFiles: true,
        queues: true,
        limitsMemory: true,
        limitsTime: true
    )
    /// How many jobs at once where the site says nothing: each costs this machine a process or two.
    static let fewest = 20

    let settings: SlurmSettings
    /// Where locks of this store lie, on the file system that the nodes share.
    let folder: String
    let files: any FileSystem
    let processes: any ProcessRunner
    let variables: [String: String]
    let entropy: any Entropy
    let allocation: SrunAllocation?
    let jobFiles: SlurmJobFiles
    let commands: SlurmCommands
    private let watch: SrunWatch

    package init(
        _ settings: SlurmSettings,
        _ parts: DispatcherParts,
        entropy: any Entropy = LiveEntropy(),
        interval: Duration = .seconds(5)
    ) {
        self.settings = settings
        self.entropy = entropy
        folder = parts.folder
        files = parts.files
        processes = parts.processes
        variables = parts.variables
        let allocation = SrunAllocation(variables)
        self.allocation = allocation
        jobFiles = SlurmJobFiles(files: files)
        commands = SlurmCommands(settings, processes: processes, variables: variables)
        watch = SrunWatch(
            commands,
            files: files,
            wallClock: parts.wallClock,
            allocation: allocation,
            interval: interval
        )
    }

    package func changes() -> AsyncStream<Void> { watch.bell.stream() }

    package func status(of jobs: [Job: JobHandle]) async throws -> [JobKey: JobStatus] {
        var statuses = await watch.status(of: Array(jobs.keys))
        let unknown = await watch.takeUnknown()
        if !unknown.isEmpty { await endForgotten(jobs.keys.filter { unknown.contains($0.key) }) }
        let vanished = await watch.takeVanished()
        if !vanished.isEmpty {
            let again = await beginAgain(jobs.keys.filter { vanished.contains($0.key) })
            for key in again { statuses[key] = .submitted }
            await watch.giveUp(jobs.keys.filter { vanished.contains($0.key) && !again.contains($0.key) })
        }
        return statuses
    }

    package func find(_ jobs: [Job]) async throws -> [JobKey: JobHandle] {
        try files.makeFolder(folder)
        let lock = try await FileLock.held(folder + "/submit.lock")
        let found = try await begun(jobs)
        withExtendedLifetime(lock) {}
        return found
    }

    /// Those whose `srun` was begun, when nobody begins any.
    func begun(_ jobs: [Job]) async throws -> [JobKey: JobHandle] {
        _ = try await FileLock.held(folder + "/srun.lock")
        return jobs.reduce(into: [:]) { found, job in
            if SrunFiles(job, files).isBegun { found[job.key] = Self.handle(of: job) }
        }
    }

    /// The name that Slurm has for it.
    static func handle(of job: Job) -> JobHandle { handle(of: job.key) }
    static func handle(of key: JobKey) -> JobHandle { JobHandle("\(prefix)\(key)") }
    static let prefix = "reprise-"

    // MARK: Cancelling

    package func cancel(_ job: Job, _ handle: JobHandle, grace: Duration) async throws {
        guard ExitFile.read(in: job.folder, files) == nil else { return }
        if jobFiles.claim(of: job) == nil,
            try files.create(
                "\(job.folder)/\(SlurmJobFiles.claim)",
                bytes: Array("\(SrunFiles.cancelled) 0\n".utf8),
                mode: 0o644
            )
        {
            return try await takeBack(job, handle)
        }
        let step = try await claimer(of: job)
        guard step != SrunFiles.cancelled else { return }
        try await commands.cancel(SrunArguments.terminate(step))
        let commands = commands
        // Nobody waits for the end of the job; a supervisor that comes later asks again.
        Task {
            try await ContinuousClock().sleep(for: grace)
            try await commands.cancel(SrunArguments.kill(step))
        }
    }

    /// The step of Slurm's that has claimed the job. The claim is made with one write, which is a moment after the file.
    private func claimer(of job: Job) async throws -> String {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(60)
        while clock.now < end {
            if let step = jobFiles.claim(of: job)?.id { return step }
            try await clock.sleep(for: .milliseconds(10))
        }
        throw SlurmError.other(command: "scancel", status: 0, words: "the run is about to begin")
    }

    /// What waits will execute nothing any more; it is taken out of the queue as well.
    private func takeBack(_ job: Job, _ handle: JobHandle) async throws {
        if allocation == nil { try await commands.cancel(SrunArguments.cancel(named: handle.description)) }
        await signal("TERM", job)
    }

    /// Sends a signal to the job's `srun` and to what began it, where they live on this machine.
    func signal(_ name: String, _ job: Job) async {
        guard let process = SrunFiles(job, files).process else { return }
        _ = try? await processes.run(Invocation("sh", ["-c", "kill -s \(name) -- -\(process)"]))
    }
}
