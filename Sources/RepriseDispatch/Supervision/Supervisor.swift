import OrderedCollections
import RepriseModel
import RepriseSystem

/// Brings every job of a ledger to its end: starts what has room, takes charge of what an earlier supervisor started,
/// takes in what ends, tries again what may be tried again.
///
/// It may die at any moment. What it starts does not depend on it, and the next one finds everything again: by the
/// ledger, and by asking the engines for what the ledger does not know yet. There must be one supervisor at a time for a
/// ledger (`SupervisorLock`).
package actor Supervisor {
    let ledger: any RunLedger
    let lifecycle: any JobLifecycle
    var targets: [String: SupervisorTarget]
    /// Where targets come from that are not known yet, or that change.
    let source: (any TargetSource)?
    let clock: any Clock<Duration>
    let wallClock: any WallClock
    let pace: SupervisorPace

    var scheduler: Scheduler
    var needs = NeedsGraph()
    /// Every job that has not ended, at its latest attempt.
    var jobs: [JobKey: SupervisedJob] = [:]
    /// The keys of `jobs` that an engine has.
    var atEngine: Set<JobKey> = []
    /// The latest attempt that was seen of each job, by the key of its first.
    var attempts: [JobKey: Int] = [:]
    /// How many jobs of each run have not ended for good, in the ledger too.
    var openJobs: [RunID: Int] = [:]
    var stopping: Set<RunID> = []
    /// Steps of which an engine has got or given back jobs since anybody looked whether others may be handed over after them.
    var moved: OrderedSet<JobKey> = []
    /// The ledger's mark when it was read last; nil before the first time.
    var mark: Int64?

    /// To be written down, in order.
    var pending: [JobChange] = []
    var isRecording = false
    /// How often in a row the ledger refused; nothing starts meanwhile.
    var refusals = 0

    /// How often it is being asked what an engine of the target has: that takes room, so that it gets nothing until then.
    var finding: [String: Int] = [:]
    /// Targets as they are to be as soon as nothing is under way to them; they get nothing until then.
    var comingTargets: [String: SupervisorTarget] = [:]
    /// The dispatchers of launches that said something else of a target than the site does, by target and `LedgerJob.place`.
    var ownDispatchers: [String: [String: any Dispatcher]] = [:]
    /// Targets that get nothing at the moment: a submission is under way, or was a moment ago, or was refused.
    var closed: Set<String> = []
    /// How often in a row the engine of a target refused a submission that it may take later.
    var refusedSubmissions: [String: Int] = [:]
    /// How the engines of targets answer.
    var answers: [String: EngineAnswers] = [:]
    var querying: Set<String> = []
    var queryAgain: Set<String> = []
    var toldReasons: [JobKey: String] = [:]
    var counts = SupervisorCounts()
    var listeners: [Int: AsyncStream<SupervisorEvent>.Continuation] = [:]
    private var nextListener = 0
    private var work: [SupervisorWork] = []
    private var bell: AsyncStream<Void>.Continuation?

    package init(
        ledger: any RunLedger,
        lifecycle: any JobLifecycle,
        targets: [String: SupervisorTarget],
        source: (any TargetSource)? = nil,
        clock: any Clock<Duration>,
        wallClock: any WallClock,
        pace: SupervisorPace = SupervisorPace()
    ) {
        self.ledger = ledger
        self.lifecycle = lifecycle
        self.targets = targets
        self.source = source
        self.clock = clock
        self.wallClock = wallClock
        self.pace = pace
        scheduler = Scheduler(targets.mapValues(\.capacity))
    }

    /// Supervises until the goal is reached. Throws only where the ledger cannot be read at the start, and
    /// `CancellationError` when its task is cancelled: then running jobs run on, for the next supervisor.
    package func run(until goal: SupervisorGoal = .allEnded) async throws {
        let (bells, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.bell = bell
        lookAtDisks()
        try await readLedger()
        ring()
        await withDiscardingTaskGroup { group in
            watch(&group)
            for await _ in bells {
                handOverAhead()
                startJobs()
                record()
                for item in takeWork() { group.addTask { await self.perform(item) } }
                if isReached(goal), await !hasNews() { break }
            }
            group.cancelAll()
        }
        await recordRest()
        if Task.isCancelled { throw CancellationError() }
    }

    /// Asks the runs to end; their jobs become cancelled. Returns at once.
    package func stop(_ runs: Set<RunID>) {
        stopping.formUnion(runs)
        stopJobs(of: runs)
        ring()
    }

    /// What happens from now on, for displays. May be called more than once.
    package func events() -> AsyncStream<SupervisorEvent> {
        let (stream, continuation) = AsyncStream<SupervisorEvent>.makeStream()
        nextListener += 1
        let number = nextListener
        listeners[number] = continuation
        continuation.onTermination = { [weak self] _ in
            Task { await self?.removeListener(number) }
        }
        return stream
    }

    private func removeListener(_ number: Int) { listeners[number] = nil }

    func tell(_ event: SupervisorEvent) {
        for listener in listeners.values { listener.yield(event) }
    }

    // MARK: The loop

    func ring() { bell?.yield() }

    func add(_ item: SupervisorWork) {
        work.append(item)
        ring()
    }

    private func takeWork() -> [SupervisorWork] {
        defer { work = [] }
        return work
    }

    private func isReached(_ goal: SupervisorGoal) -> Bool {
        switch goal {
        case .never: false
        case .allEnded: openJobs.isEmpty && pending.isEmpty && !isRecording && work.isEmpty
        case .ended(let runs): runs.allSatisfy { openJobs[$0] == nil }
        }
    }

    private func watch(_ group: inout DiscardingTaskGroup) {
        group.addTask { await self.repeatedly(every: self.pace.poll) { await self.lookForNews() } }
        group.addTask { await self.repeatedly(every: self.pace.observation) { await self.observe() } }
        for name in targets.keys { group.addTask { await self.watch(name) } }
    }

    private func watch(_ name: String) async {
        guard let dispatcher = targets[name]?.dispatcher else { return }
        let capabilities = type(of: dispatcher).capabilities
        let interval = capabilities.sharesFiles ? pace.status : pace.remoteStatus
        await withDiscardingTaskGroup { group in
            group.addTask { await self.repeatedly(every: interval) { await self.queryInTurn(name) } }
            group.addTask { await self.listen(to: dispatcher, of: name) }
        }
    }

    private nonisolated func listen(to dispatcher: any Dispatcher, of target: String) async {
        for await _ in dispatcher.changes() { await query(target) }
    }

    private nonisolated func repeatedly(every interval: Duration, _ action: @Sendable () async -> Void) async {
        while !Task.isCancelled {
            do { try await clock.sleep(for: interval) } catch { return }
            await action()
        }
    }

    private func perform(_ item: SupervisorWork) async {
        switch item {
        case .start(let job, let holdings): await start(job, holdings)
        case .startTogether(let jobs, let target): await startTogether(jobs, on: target)
        case .settle(let key, let job, let status, let end): await settle(key, job, status, end)
        case .record(let changes): await write(changes)
        case .cancel(let key): await cancel(key)
        case .takeBack(let keys, let target): await takeBack(keys, from: target)
        case .queue(let key, let pause): await queue(key, after: pause)
        case .open(let target, let pause): await open(target, after: pause)
        case .listen(let target, let dispatcher): await listen(to: dispatcher, of: target)
        case .watch(let target): await watch(target)
        case .ask(let target): await query(target)
        case .find(let jobs, let dispatcher): await find(jobs, dispatcher)
        }
        ring()
    }
}

/// Something that takes time, and that a task of its own does.
enum SupervisorWork {
    case start(LedgerJob, JobHoldings)
    /// Jobs that go to a target whose engine has a queue, in one request.
    case startTogether([LedgerJob], on: String)
    case settle(JobKey, Job?, JobStatus, JobEnd)
    case record([JobChange])
    case cancel(JobKey)
    /// Jobs of one target that were handed over after one that is tried again.
    case takeBack([JobKey], from: String)
    case queue(JobKey, after: Duration)
    /// The target takes submissions again.
    case open(String, after: Duration)
    case listen(String, any Dispatcher)
    case watch(String)
    case ask(String)
    /// Jobs of which nobody knows yet whether the engine has them.
    case find([LedgerJob], any Dispatcher)
}
