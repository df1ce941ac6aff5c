import OrderedCollections
import RepriseModel

/// What the supervisor needs to have written down: which jobs there are and where they stand.
///
/// The store implements it; a test keeps it in memory. Every call may come after the death of an earlier supervisor.
package protocol RunLedger: Sendable {
    /// Every job of a run that has not ended, in the order in which runs were queued, with its latest attempt.
    func openJobs() async throws -> [LedgerJob]

    /// Changes whenever another process may have queued runs or asked for stops since. Cheap: called many times a second.
    func changeMark() async throws -> Int64

    /// Runs that a person asked to stop and that have not ended.
    func stopRequests() async throws -> Set<RunID>

    /// Writes all changes in one transaction, in order, and derives each run's state from its jobs. On disk when this returns.
    ///
    /// Idempotent: a job that has ended stays as it ended, so that a change recorded twice counts once.
    func record(_ changes: [JobChange]) async throws
}

/// A job with what the scheduler must know about it.
package struct LedgerJob: Hashable, Sendable {
    package var record: JobRecord
    package var target: String
    /// What its launch alone said of the target.
    package var settings: Mapping
    /// For a job that an engine has: everything that was set for the target when the engine got it, where other things hold
    /// now; null for what was not set then.
    package var handed: Mapping?
    /// The run's folder, absolute.
    package var runFolder: String
    package var resources: Resources
    package var retry: RetryPolicy
    /// Names of the steps of the same run that must finish first.
    package var needs: [String]
    /// Greater starts earlier; equal in the order of the ledger.
    package var priority: Int
    /// How many of the attempts before this one the engine took away.
    package var interruptions: Int

    package init(
        record: JobRecord,
        target: String,
        settings: Mapping = [:],
        handed: Mapping? = nil,
        runFolder: String,
        resources: Resources,
        retry: RetryPolicy,
        needs: [String],
        priority: Int = 0,
        interruptions: Int = 0
    ) {
        self.record = record
        self.target = target
        self.settings = settings
        self.handed = handed
        self.runFolder = runFolder
        self.resources = resources
        self.retry = retry
        self.needs = needs
        self.priority = priority
        self.interruptions = interruptions
    }
}

/// One step of a job's life, as it is written down.
package struct JobChange: Hashable, Sendable {
    package var key: JobKey
    package var state: RunState
    package var at: Timestamp
    /// Why it waits or how it ended. A change that only tells another reason to wait keeps the state.
    package var reason: String?
    package var handle: JobHandle?
    package var exit: ExitRecord?
    /// True for the last attempt's end: the job will not be tried again. False queues the attempt after this one.
    package var isFinal: Bool
    /// The engine has given it back unbegun: it is queued again, and has no handle. Nothing else takes a job back.
    package var isReturned: Bool

    /// The reason of a job that its engine ended to make room; what could not be taken in may follow.
    package static let preemption = "preempted by its engine"

    /// Whether it tells of an attempt that the engine took away.
    package var isInterruption: Bool { state == .lost || reason?.hasPrefix(Self.preemption) == true }

    package init(
        key: JobKey,
        state: RunState,
        at: Timestamp,
        reason: String? = nil,
        handle: JobHandle? = nil,
        exit: ExitRecord? = nil,
        isFinal: Bool = true,
        isReturned: Bool = false
    ) {
        self.key = key
        self.state = state
        self.at = at
        self.reason = reason
        self.handle = handle
        self.exit = exit
        self.isFinal = isFinal
        self.isReturned = isReturned
    }
}

/// What happens around a job, in the hands of the floor above.
package protocol JobLifecycle: Sendable {
    /// Fills the job's folder (code, parameters, `run.sh`) and resolves its credentials. Idempotent while the job has not
    /// started; a mistake of the person's (data that changed) ends the job as failed, with the error's words.
    func prepare(_ job: LedgerJob) async throws -> Job

    /// The same `Job`, for one that was prepared by an earlier supervisor: nothing is written.
    func adopt(_ job: LedgerJob) async throws -> Job

    /// Takes in what the running jobs have written since: metrics, first of all. Called about twice a second.
    func observe(_ jobs: [Job]) async

    /// Takes in everything that an ended job left. Idempotent: it may happen again after a crash before the end was recorded.
    func settle(_ job: Job, status: JobStatus) async throws
}
