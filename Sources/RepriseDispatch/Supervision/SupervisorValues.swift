import OrderedCollections
import RepriseModel

/// A target with what executes its jobs and what it can give them.
package struct SupervisorTarget: Sendable {
    package var dispatcher: any Dispatcher
    package var capacity: Capacity
    /// Free bytes of disk where jobs run, asked before jobs that name `disk` start; nil where nobody knows.
    package var freeDisk: @Sendable () -> Int64?
    /// The dispatcher for jobs whose launch said something else of the target than the site does; nil where that makes no
    /// difference.
    package var own: @Sendable (Mapping) throws -> (any Dispatcher)?
    /// Whether many jobs, of a launch that said this of the target, may be handed over in parts; not where the engine limits
    /// how many jobs of one submission are executed at once.
    package var divides: @Sendable (Mapping) -> Bool
    /// Everything that is set for the target, its kind too.
    package var settings: Mapping

    package init(
        dispatcher: any Dispatcher,
        capacity: Capacity,
        freeDisk: @escaping @Sendable () -> Int64? = { nil },
        own: @escaping @Sendable (Mapping) throws -> (any Dispatcher)? = { _ in nil },
        divides: @escaping @Sendable (Mapping) -> Bool = { _ in true },
        settings: Mapping = [:]
    ) {
        self.dispatcher = dispatcher
        self.capacity = capacity
        self.freeDisk = freeDisk
        self.own = own
        self.divides = divides
        self.settings = settings
    }
}

/// When `Supervisor.run` returns.
package enum SupervisorGoal: Hashable, Sendable {
    /// No job in the ledger is open.
    case allEnded
    /// None of these runs has an open job. Others go on until then, and are left running.
    case ended(Set<RunID>)
    /// Only when its task is cancelled.
    case never
}

/// How often a supervisor looks, and how long it waits.
package struct SupervisorPace: Hashable, Sendable {
    /// Between two looks for work from other processes.
    package var poll = Duration.milliseconds(150)
    /// Between two looks at what running jobs have written.
    package var observation = Duration.milliseconds(500)
    /// Between two looks at the jobs of an engine that tells no changes.
    package var status = Duration.milliseconds(500)
    package var remoteStatus = Duration.seconds(5)
    /// How long a job that is stopped has to end by itself.
    package var grace = Duration.seconds(5)
    /// The most jobs of one submission to an engine that takes many at once, and the least time between two.
    package var batch = 1000
    package var submission = Duration.seconds(1)
    /// The least time between two looks at why an engine lets jobs wait.
    package var reasons = Duration.seconds(5)
    /// How often something that the world refused (a full disk, an engine that does not answer) is tried.
    package var tries = 4

    package init() {}

    /// The pause before try `number`, from 2: none, 1 s, 2 s, 4 s … 30 s.
    static func pause(before number: Int) -> Duration {
        number <= 2 ? .zero : .seconds(min(30, 1 << min(number - 3, 5)))
    }
}

/// What a supervisor tells while it works.
package enum SupervisorEvent: Hashable, Sendable {
    /// Is in the ledger.
    case changed(JobChange)
    /// Told again only when the reason is another. Not every waiting job is told: those that stand first are.
    case waits(JobKey, reason: String)
    case counts(SupervisorCounts)
    /// Something that the supervisor tries again: the ledger or an engine that does not answer.
    case trouble(String)
}

package struct SupervisorCounts: Hashable, Sendable {
    /// Jobs that have not started.
    package var waiting = 0
    package var running = 0
    /// Ended jobs since the supervisor began.
    package var finished = 0
    package var failed = 0

    package init() {}
}

/// A job in a supervisor's hands.
struct SupervisedJob {
    enum Phase {
        /// Waits for steps of its run, and no engine has it.
        case blocked
        /// In the scheduler's queue.
        case queued
        /// Waits for its next try.
        case delayed
        /// Room is taken; being prepared and submitted.
        case starting
        case submitted(Job, JobHandle)
        case running(Job, JobHandle)
        /// Its end is being taken in, then written down.
        case ending
    }

    var job: LedgerJob
    var phase: Phase
    /// How often preparing or submitting was refused.
    var refusals = 0
    var sequence: Int?
    var isCancelling = false
    /// Why it must not run, though an engine has it: a step that it needs has failed since.
    var doom: String?
    /// The jobs after which it was handed over, at their attempts then; empty where it could begin at once.
    var after: Set<JobKey> = []
    /// The engine did not keep it after these: it is not handed over after the same again.
    var declined: Set<JobKey>?

    /// What the engine has of it.
    var atEngine: (job: Job, handle: JobHandle)? {
        switch phase {
        case .submitted(let job, let handle), .running(let job, let handle): (job, handle)
        default: nil
        }
    }
}

/// How a job ended, before anybody decided whether it is tried again.
struct JobEnd: Hashable {
    var state: RunState
    var reason: String?
    var exit: ExitRecord?
    var at: Timestamp
    /// What a retry rule may name; nil where it must not be tried again.
    var event: RetryPolicy.Event?

    init(state: RunState, reason: String?, exit: ExitRecord? = nil, at: Timestamp, event: RetryPolicy.Event? = nil) {
        self.state = state
        self.reason = reason
        self.exit = exit
        self.at = at
        self.event = event
    }

    /// nil for a job that has not ended.
    init?(_ status: JobStatus, isStopped: Bool, now: Timestamp) {
        switch status {
        case .submitted, .waiting, .running, .returned: return nil
        case .ended(let record, let limit):
            let reason = limit ?? ExitFile.reason(record)
            let event: RetryPolicy.Event = limit?.hasPrefix("time limit") == true ? .timeout : .failed
            self.init(
                state: record.isSuccess ? .finished : .failed,
                reason: record.isSuccess ? nil : reason,
                exit: record,
                at: record.endedAt ?? now,
                event: record.isSuccess ? nil : event
            )
        case .preempted(let why):
            let reason = JobChange.preemption + (why.map { ": " + $0 } ?? "")
            self.init(state: .failed, reason: reason, at: now, event: .preempted)
        case .lost(let reason): self.init(state: .lost, reason: reason, at: now, event: .lost)
        }
        if isStopped { spoil("stopped by a person") }
    }

    /// What did not finish ended because somebody, or a step that it needs, wanted it so.
    mutating func spoil(_ reason: String) {
        guard state != .finished, state != .cancelled else { return }
        state = .cancelled
        self.reason = reason
        event = nil
    }
}
