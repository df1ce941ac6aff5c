import RepriseDispatch
import RepriseModel
import RepriseSystem

/// The jobs of this machine, each a session of its own, whoever begins them.
///
/// What keeps a job from being executed twice, whoever dies when: what is started inherits an open, locked file
/// (`job.lock`), so that the lock is held as long as something of the job lives; and it creates `started`, or `launched`
/// where an engine's client comes first, before anything else. Lock free and neither: never executed. Lock held: in flight.
/// A container may outlive its client and the lock; then its script is found by the job's name in its environment.
package final class MachineJobs: Sendable {
    let folders: JobFolders
    let keeper: JobKeeper
    let watch: ProcessWatch
    /// What every job inherits.
    private let inherited: [String: String]
    private let plain: (any JobLauncher)?
    let containers: (any JobLauncher)?

    /// A job goes to `containers` where it names an image, and to `plain` where not; to one that is nil it is refused.
    package init(
        files: any FileSystem,
        variables: [String: String],
        grace: @escaping @Sendable () -> Duration,
        wallClock: any WallClock,
        plain: (any JobLauncher)?,
        containers: (any JobLauncher)?
    ) throws {
        inherited = variables.filter { !$0.key.hasPrefix("REPRISE_") }
        self.plain = plain
        self.containers = containers
        folders = JobFolders(files: files, table: ProcessTable(), wallClock: wallClock)
        let keeper = JobKeeper(folders: folders, grace: grace)
        self.keeper = keeper
        watch = try ProcessWatch(onExit: { keeper.processEnded($0) }, onTick: { keeper.tick() })
    }

    /// For engines that execute nothing but containers.
    convenience init(_ parts: DispatcherParts, containers: any JobLauncher) throws {
        try self.init(
            files: parts.files,
            variables: parts.variables,
            grace: parts.grace,
            wallClock: parts.wallClock,
            plain: nil,
            containers: containers
        )
    }

    func changes() -> AsyncStream<Void> { keeper.changes() }

    func holdings(of job: Job) -> JobHoldings { folders.holdings(in: job.folder) }

    func submit(_ job: Job) async throws -> JobHandle {
        if let process = keeper.process(of: job.key) { return JobHandle(process) }
        while true {
            if let lock = try FileLock(job.folder + "/" + JobFolders.lock) {
                if let former = folders.execution(in: job.folder) { return JobHandle(former.process) }
                return JobHandle(try await start(job, lock))
            }
            if let process = try await folders.processInFlight(job) { return JobHandle(process) }
        }
    }

    private func start(_ job: Job, _ lock: borrowing FileLock) async throws -> Int32 {
        let launch = try await launcher(of: job).launch(job)
        let holdings = JobHoldings(gpus: job.gpus, processors: job.processors)
        let note = JobFolders.text(holdings, engineLimitsMemory: launch.limitsMemory)
        if holdings != JobHoldings() || launch.limitsMemory { try lock.note(note) }
        let process = try SpawnRequest(
            program: launch.program,
            arguments: launch.arguments,
            variables: variables(of: job, launch).map { "\($0.key)=\($0.value)" },
            folder: job.folder,
            output: launch.output,
            errors: launch.errors,
            held: lock.descriptor,
            processors: launch.processors
        )
        .start()
        keeper.add(job, process: process, isChild: true, started: ProcessTable().uptime())
        // An unreaped child keeps its number, so this cannot watch a stranger.
        if !watch.watch(process) { keeper.processEnded(process) }
        if job.resources.time != nil || job.resources.memory != nil { watch.wake() }
        return process
    }

    private func launcher(of job: Job) throws(MachineJobsError) -> any JobLauncher {
        if job.container == nil {
            guard let plain else { throw .noImage(job: job.key) }
            return plain
        }
        guard let containers else { throw .noContainers(job: job.key) }
        return containers
    }

    private func variables(of job: Job, _ launch: JobLaunch) -> [String: String] {
        var variables = inherited.merging(job.secrets) { _, secret in secret }
        variables["REPRISE_JOB"] = job.key.description
        variables["REPRISE_CLOCK"] = ProcessTable().bootTime().map(String.init)
        variables[JobMemoryGroup.variable] = JobMemoryGroup.kills(folders.files).map(String.init)
        for (name, value) in launch.variables { variables[name] = value }
        return variables
    }

    func find(_ jobs: [Job]) async throws -> [JobKey: JobHandle] {
        var found: [JobKey: JobHandle] = [:]
        for job in jobs {
            if let process = keeper.process(of: job.key) {
                found[job.key] = JobHandle(process)
            } else if let former = folders.execution(in: job.folder) {
                found[job.key] = JobHandle(former.process)
            } else if let process = try await folders.processInFlight(job) {
                found[job.key] = JobHandle(process)
            } else if let former = folders.execution(in: job.folder) {
                found[job.key] = JobHandle(former.process)
            }
        }
        return found
    }

    func cancel(_ job: Job, grace: Duration) async throws {
        if keeper.process(of: job.key) == nil {
            // A script that was just started has no number yet.
            _ = try await folders.processInFlight(job)
            guard case .running = try await adopt(job) else { return }
        }
        keeper.end(job.key, grace: grace, because: nil)
        watch.wake()
    }
}

extension JobHandle {
    fileprivate init(_ process: Int32) { self.init(String(process)) }
}
