import RepriseModel

/// A kind of engine that executes jobs: processes of this machine, containers, a batch scheduler.
///
/// A dispatcher translates. It keeps nothing in memory that matters: what it must know about a job again after the death
/// of this process lies in the job's folder, in its handle, or at the engine. Conformers pass `DispatcherContract`.
package protocol Dispatcher: Sendable {
    /// The `kind` that a site file names, such as `process`.
    static var kind: String { get }

    static var capabilities: DispatchCapabilities { get }

    /// Whether the engine itself lets a job wait for others (`Job.after`), also when nobody of ours is alive.
    var ordersJobs: Bool { get }

    /// Hands the job over and returns as soon as the engine has it.
    ///
    /// The job's folder is ready. Submitting a key a second time, also from another process and after a crash at any
    /// moment of the first submission, returns the first handle and starts nothing.
    func submit(_ job: Job) async throws -> JobHandle

    /// Hands over several jobs at once, for engines that take many in one request. Every job has a result of its own, and
    /// what `submit` promises holds for each.
    func submit(_ jobs: [Job]) async -> [JobKey: Result<JobHandle, any Error>]

    /// The handles of those jobs that were submitted before, in one round trip however many there are. A job that is left
    /// out certainly never was submitted, and never will be by a submission still under way. Needs no more of a job than
    /// its key and folder.
    func find(_ jobs: [Job]) async throws -> [JobKey: JobHandle]

    /// The GPUs and processors that the job was given when it was submitted; asked once, for a job that an earlier
    /// supervisor submitted.
    func holdings(of job: Job) async -> JobHoldings

    /// Where each job stands, in one round trip however many there are. A job that the engine has forgotten and that
    /// left no exit record is `.lost`, never left out.
    func status(of jobs: [Job: JobHandle]) async throws -> [JobKey: JobStatus]

    /// Yields whenever `status` may have changed for some job, so that nobody needs to poll fast. May never yield.
    func changes() -> AsyncStream<Void>

    /// Asks the job's whole process tree to end (TERM), and makes it (KILL) after `grace`. Returns when the request is
    /// made, not when the job has ended. Cancelling a job that has ended does nothing.
    func cancel(_ job: Job, _ handle: JobHandle, grace: Duration) async throws

    /// Takes jobs out of the engine's queue that wait for others (`Job.after`): from then on they are `.returned`, or run
    /// on where they have begun. Returns when the request is made. Only for engines that order jobs.
    func takeBack(_ jobs: [Job: JobHandle]) async throws
}

extension Dispatcher {
    package var ordersJobs: Bool { false }

    package func takeBack(_ jobs: [Job: JobHandle]) async throws {}

    package func submit(_ jobs: [Job]) async -> [JobKey: Result<JobHandle, any Error>] {
        var results: [JobKey: Result<JobHandle, any Error>] = [:]
        for job in jobs {
            do { results[job.key] = .success(try await submit(job)) } catch { results[job.key] = .failure(error) }
        }
        return results
    }

    package func holdings(of job: Job) async -> JobHoldings { JobHoldings() }
}

/// The devices of this machine that one job has for itself.
package struct JobHoldings: Hashable, Sendable {
    package var gpus: [Int]
    package var processors: [Int]

    package init(gpus: [Int] = [], processors: [Int] = []) {
        self.gpus = gpus
        self.processors = processors
    }
}

/// What a kind of engine can do, so that shared code asks this and never the engine's name.
package struct DispatchCapabilities: Hashable, Sendable {
    /// The engine sees the run's folder where it is; otherwise files are staged in and fetched back.
    package var sharesFiles: Bool
    /// The engine has a queue of its own, so that everything may be submitted at once.
    package var queues: Bool
    package var limitsMemory: Bool
    package var limitsTime: Bool

    package init(sharesFiles: Bool, queues: Bool, limitsMemory: Bool, limitsTime: Bool) {
        self.sharesFiles = sharesFiles
        self.queues = queues
        self.limitsMemory = limitsMemory
        self.limitsTime = limitsTime
    }
}

/// What a dispatcher executes: `run.sh` in the job's folder.
package struct Job: Hashable, Sendable {
    package var key: JobKey
    /// Absolute path of the job's folder (`JobKey.folder` below the run's). Holds `run.sh` when it is submitted.
    package var folder: String
    package var resources: Resources
    /// Variables that must not be written to disk: the resolved credentials.
    package var secrets: [String: String]
    /// The GPUs that the scheduler gave to this job; empty where none were asked for.
    package var gpus: [Int]
    /// The processors that the scheduler gave to it, where jobs are pinned.
    package var processors: [Int]
    /// What it is executed in; nil: the machine itself.
    package var container: JobContainer?
    /// What travels with it where its engine does not see the folder; nil where it does.
    package var parcel: JobParcel?
    /// The jobs that must have finished well before this one begins; the engine, which has them all, sees to it. A job that
    /// can never begin because one of them did not is `.returned`. Empty for a job that may begin at once.
    package var after: [JobNeed] = []

    package init(
        key: JobKey,
        folder: String,
        resources: Resources = Resources(),
        secrets: [String: String] = [:],
        gpus: [Int] = [],
        processors: [Int] = [],
        container: JobContainer? = nil,
        parcel: JobParcel? = nil
    ) {
        self.key = key
        self.folder = folder
        self.resources = resources
        self.secrets = secrets
        self.gpus = gpus
        self.processors = processors
        self.container = container
        self.parcel = parcel
    }
}

/// A job that an engine has, and that another one comes after.
package struct JobNeed: Hashable, Sendable {
    package var handle: JobHandle
    /// Absolute path of its folder: the `exit.json` there tells whether it finished well, whatever the engine thinks.
    package var folder: String

    package init(handle: JobHandle, folder: String) {
        self.handle = handle
        self.folder = folder
    }
}

/// The engine's own name for a job, such as a process id or a Slurm job number.
package struct JobHandle: Hashable, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ text: String) { description = text }
}

/// Where a job stands at its engine.
package enum JobStatus: Hashable, Sendable {
    case submitted
    /// The same, with why it waits, in the engine's words or better ones: `Resources`, `Priority`.
    case waiting(reason: String)
    case running(since: Timestamp?)
    /// The exit record is there, or the engine itself tells how the job ended.
    case ended(ExitRecord, reason: String?)
    /// The engine took the machine away, with why, in its words or better ones; a retry rule may name this.
    case preempted(reason: String? = nil)
    case lost(reason: String)
    /// It has not begun and will not, since a job that it was to come after did not finish well, or because it was taken
    /// back. Submitting its key again submits it anew.
    case returned
}
