import RepriseDispatch
import RepriseModel
import RepriseSystem
import Synchronization

/// Executes jobs as processes of this machine, each a session of its own.
///
/// What keeps a job from being executed twice, whoever dies when: the script inherits an open, locked file (`job.lock`),
/// so that the lock is held exactly while something of the job lives; and it creates `started` before anything else.
/// Lock free and no `started`: never executed. Lock held: in flight. Lock free, `started`, no `exit.json`: lost.
package final class LocalProcess: Dispatcher {
    package static let kind = "process"
    package static let capabilities = DispatchCapabilities(
        sharesFiles: true,
        queues: false,
        limitsMemory: true,
        limitsTime: true
    )

    private let files: any FileSystem
    private let keeper: LocalProcessKeeper
    private let folders: JobFolders
    /// What every job inherits, as `NAME=value`.
    private let inherited: [String: String]
    private let watch: ProcessWatch

    /// `variables` is the environment that jobs inherit, less what is Reprise's own. `grace` is how long a job that
    /// exceeds a limit has to end by itself.
    package init(
        files: any FileSystem = LiveFileSystem(),
        variables: [String: String] = inheritedVariables(),
        grace: Duration = .seconds(5),
        wallClock: any WallClock = LiveWallClock()
    ) throws {
        self.files = files
        inherited = variables.filter { !$0.key.hasPrefix("REPRISE_") }
        let table = ProcessTable()
        folders = JobFolders(files: files, table: table, wallClock: wallClock)
        let keeper = LocalProcessKeeper(files: files, table: table, grace: grace)
        self.keeper = keeper
        watch = try ProcessWatch(onExit: { keeper.processEnded($0) }, onTick: { keeper.tick() })
    }

    package func changes() -> AsyncStream<Void> { keeper.changes() }

    package func submit(_ job: Job) async throws -> JobHandle {
        if let process = keeper.process(of: job.key) { return JobHandle(process) }
        while true {
            if let lock = try FileLock(job.folder + "/" + JobFolders.lock) {
                if let former = folders.execution(in: job.folder) { return JobHandle(former.process) }
                return JobHandle(try start(job, lock))
            }
            if let process = try await folders.processInFlight(job) { return JobHandle(process) }
        }
    }

    private func start(_ job: Job, _ lock: borrowing FileLock) throws -> Int32 {
        let holdings = JobHoldings(gpus: job.gpus, processors: job.processors)
        if holdings != JobHoldings() { try lock.note(JobFolders.text(holdings)) }
        let process = try SpawnRequest(
            program: "/bin/sh",
            arguments: ["run.sh"],
            variables: variables(of: job),
            folder: job.folder,
            output: "stdout.log",
            errors: "stderr.log",
            held: lock.descriptor,
            processors: job.processors
        )
        .start()
        keeper.add(job, process: process, isChild: true, started: ProcessTable().uptime())
        // An unreaped child keeps its number, so this cannot watch a stranger.
        if !watch.watch(process) { keeper.processEnded(process) }
        if job.resources.time != nil || job.resources.memory != nil { watch.wake() }
        return process
    }

    private func variables(of job: Job) -> [String] {
        var variables = inherited.merging(job.secrets) { _, secret in secret }
        variables["REPRISE_JOB"] = job.key.description
        variables["REPRISE_CLOCK"] = ProcessTable().bootTime().map(String.init)
        if !job.gpus.isEmpty { variables["CUDA_VISIBLE_DEVICES"] = job.gpus.map(String.init).joined(separator: ",") }
        return variables.map { "\($0.key)=\($0.value)" }
    }

    package func find(_ jobs: [Job]) async throws -> [JobKey: JobHandle] {
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

    package func holdings(of job: Job) async -> JobHoldings { folders.holdings(in: job.folder) }

    package func status(of jobs: [Job: JobHandle]) async throws -> [JobKey: JobStatus] {
        var statuses: [JobKey: JobStatus] = [:]
        for job in jobs.keys { statuses[job.key] = try status(of: job) }
        return statuses
    }

    private func status(of job: Job) throws -> JobStatus {
        switch keeper.standing(of: job.key) {
        case .alive: return .running(since: nil)
        case .ended(let usage, let signal): return conclude(job, usage: usage, signal: signal)
        case .unknown: return try adopt(job)
        }
    }

    /// Takes charge of a job that another process submitted.
    private func adopt(_ job: Job) throws -> JobStatus {
        if let record = ExitFile.read(in: job.folder, files) {
            return .ended(record, reason: folders.limit(in: job.folder))
        }
        let execution = folders.execution(in: job.folder)
        let hasLock = try folders.isInFlight(job.folder)
        guard hasLock || execution.map({ folders.isLeader($0.process, of: job) }) == true else {
            if let record = ExitFile.read(in: job.folder, files) { return .ended(record, reason: nil) }
            let what = execution == nil ? "it was submitted, but never started" : "it ended without an exit record"
            return .lost(reason: what + ": its processes were killed, or the machine was restarted")
        }
        guard let execution, execution.process > 0 else { return .submitted }
        let facts = ProcessTable().facts(of: execution.process)
        keeper.add(job, process: execution.process, isChild: false, started: facts?.started)
        let isWatched = folders.isLeader(execution.process, of: job) && watch.watch(execution.process)
        if !isWatched { keeper.processEnded(execution.process) }
        if let limit = folders.limit(in: job.folder) { keeper.end(job.key, grace: .zero, because: limit) }
        watch.wake()
        return .running(since: execution.started)
    }

    private func conclude(_ job: Job, usage: ChildUsage?, signal: Int?) -> JobStatus {
        let execution = folders.execution(in: job.folder)
        let reason = folders.limit(in: job.folder)
        if var record = ExitFile.read(in: job.folder, files) {
            keeper.forget(job.key)
            record.peakMemory = record.peakMemory ?? usage?.peakMemory
            return .ended(record, reason: reason)
        }
        if signal == nil, (try? folders.isInFlight(job.folder)) == true {
            // The script was killed, but not what it had started.
            keeper.end(job.key, grace: .zero, because: nil)
            watch.wake()
            return .running(since: execution?.started)
        }
        keeper.forget(job.key)
        guard let cause = folders.unrecordedEnd(execution, usage: usage, signal: signal) else {
            return .lost(reason: "it ended without an exit record: its processes were killed")
        }
        // A disk that takes no exit record leaves this process's word for it.
        try? ExitFile.write(cause, in: job.folder, files)
        let claim = execution == nil ? "`run.sh` could not begin: see stderr.log" : nil
        return .ended(cause, reason: reason ?? claim)
    }

    package func cancel(_ job: Job, _ handle: JobHandle, grace: Duration) async throws {
        if keeper.process(of: job.key) == nil {
            // A script that was just started has no number yet.
            _ = try await folders.processInFlight(job)
            guard case .running = try adopt(job) else { return }
        }
        keeper.end(job.key, grace: grace, because: nil)
        watch.wake()
    }
}

extension JobHandle {
    fileprivate init(_ process: Int32) { self.init(String(process)) }
}
