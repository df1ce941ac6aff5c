import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization

/// A supervisor on a fake engine with two slots, step by step: nothing moves but by `go` and `pass`.
final class SupervisorBench: Sendable {
    let ledger = InMemoryLedger()
    let engine = FakeEngine()
    let lifecycle = RefusingLifecycle()
    private let queues: Bool
    private let divides: Bool
    private let ordersJobs: Bool
    private let clock = ManualClock()
    private let began: ManualClock.Instant
    private let executor = SeededExecutor(seed: 11)

    private struct State {
        var generator = SeededGenerator(seed: 3)
        var task: Task<Void, Never>?
        var hasReturned = false
        var heard: [JobChange] = []
        var batches: [Int] = []
        var troubles: [String] = []
        /// How many jobs the engine takes, and whether it answers.
        var limit = Int.max
        var isSilent = false
    }

    private let state = Mutex(State())

    /// With a queue of its own the engine takes jobs in batches, and as many as there are; many in parts where it `divides`.
    init(queues: Bool = false, divides: Bool = true, ordersJobs: Bool = false) {
        self.queues = queues
        self.divides = divides
        self.ordersJobs = ordersJobs
        began = clock.now
    }

    /// How many jobs each request to such an engine had.
    var batches: [Int] { state.withLock { $0.batches } }

    var heard: [JobChange] { state.withLock { $0.heard } }
    var troubles: [String] { state.withLock { $0.troubles } }

    /// From now on the engine has no more than so many jobs at once.
    func limit(_ count: Int) { state.withLock { $0.limit = count } }

    /// From now on the engine does not answer, or answers again.
    func silence(_ isSilent: Bool) { state.withLock { $0.isSilent = isSilent } }

    private func fault(_ operation: String, _ isBefore: Bool) throws {
        let (limit, isSilent) = state.withLock { ($0.limit, $0.isSilent) }
        if isSilent { throw Mistake("no answer", code: "no-answer", fault: .world) }
        guard operation == "submit", isBefore, engine.live.count >= limit else { return }
        throw Mistake("it takes no more", code: "full", fault: .world)
    }

    var hasReturned: Bool { state.withLock { $0.hasReturned } }

    func addJobs(
        _ count: Int,
        retry: RetryPolicy = RetryPolicy(),
        resources: Resources = Resources(),
        target: String = "local"
    ) -> [JobKey] {
        let keys = (0..<count).map { _ in JobKey(run: state.withLock { RunID(using: &$0.generator) }) }
        ledger.add(keys.map { Self.job($0, retry: retry, resources: resources, target: target) })
        return keys
    }

    /// Adds one run with these steps and their needs.
    func addSteps(_ steps: [String: [String]], splits: [String: Int] = [:], retry: RetryPolicy = RetryPolicy()) -> RunID
    {
        let run = state.withLock { RunID(using: &$0.generator) }
        let names = steps.keys.sorted()
        ledger.add(
            names.flatMap { name -> [LedgerJob] in
                let numbers = splits[name].map { (0..<$0).map(Optional.some) } ?? [nil]
                return numbers.map { number in
                    Self.job(JobKey(run: run, step: name, split: number), retry: retry, needs: steps[name] ?? [])
                }
            }
        )
        return run
    }

    private static func job(
        _ key: JobKey,
        retry: RetryPolicy = RetryPolicy(),
        resources: Resources = Resources(),
        needs: [String] = [],
        target: String = "local"
    ) -> LedgerJob {
        LedgerJob(
            record: JobRecord(key: key),
            target: target,
            runFolder: "/runs/\(key.run)",
            resources: resources,
            retry: retry,
            needs: needs
        )
    }

    /// Starts a supervisor that runs until all has ended, and lets it do what it can do now.
    func start(_ source: (any TargetSource)? = nil) {
        let supervisor = Supervisor(
            ledger: ledger,
            lifecycle: lifecycle,
            targets: ["local": target],
            source: source,
            clock: clock,
            wallClock: ClockTime(clock: clock, start: began)
        )
        let task = Task(executorPreference: executor) {
            let events = await supervisor.events()
            await withDiscardingTaskGroup { group in
                group.addTask {
                    for await event in events {
                        switch event {
                        case .changed(let change): self.state.withLock { $0.heard.append(change) }
                        case .trouble(let text): self.state.withLock { $0.troubles.append(text) }
                        case .waits, .counts: break
                        }
                    }
                }
                try? await supervisor.run()
                self.state.withLock { $0.hasReturned = true }
                group.cancelAll()
            }
        }
        state.withLock { state in
            state.hasReturned = false
            state.task = task
        }
        go()
    }

    private var target: SupervisorTarget {
        guard queues else {
            return SupervisorTarget(dispatcher: FakeDispatcher(engine), capacity: Capacity(slots: 2, gpus: []))
        }
        let queue = FakeQueue(
            engine,
            ordersJobs: ordersJobs,
            onBatch: { count in self.state.withLock { $0.batches.append(count) } },
            fault: { try self.fault($0, $1) }
        )
        return SupervisorTarget(dispatcher: queue, capacity: .unbounded, divides: { _ in self.divides })
    }

    func runAndListen() -> [JobChange] {
        start()
        return state.withLock { $0.heard }
    }

    func go() { executor.run() }

    func pass(_ time: Duration) {
        clock.advance(by: time)
        go()
    }

    func cancel() {
        state.withLock { $0.task }?.cancel()
        go()
    }

    /// Lets everything end well, so that no task outlives its test.
    func finish() {
        for _ in 0..<20 where !hasReturned {
            for execution in engine.live { engine.end(execution.job.key, .ended(ExitRecord(status: 0), reason: nil)) }
            pass(.seconds(1))
        }
    }
}

private struct ClockTime: WallClock {
    let clock: ManualClock
    let start: ManualClock.Instant

    func now() -> Timestamp { Timestamp(milliseconds: 1_700_000_000_000).advanced(by: start.duration(to: clock.now)) }
}

/// Prepares every job, except those that it was told to refuse.
final class RefusingLifecycle: JobLifecycle {
    private let refusals = Mutex<[JobKey: (error: Mistake, times: Int)]>([:])
    private let settling = Mutex<Mistake?>(nil)

    private let observations = Mutex<Set<JobKey>>([])

    /// What was looked at while it ran.
    var observed: Set<JobKey> { observations.withLock { $0 } }

    func refuse(_ key: JobKey, _ error: Mistake, times: Int) { refusals.withLock { $0[key] = (error, times) } }

    func prepare(_ job: LedgerJob) async throws -> Job {
        let error = refusals.withLock { refusals -> Mistake? in
            guard let refusal = refusals[job.record.key], refusal.times > 0 else { return nil }
            refusals[job.record.key] = (refusal.error, refusal.times - 1)
            return refusal.error
        }
        if let error { throw error }
        return try await adopt(job)
    }

    func adopt(_ job: LedgerJob) async throws -> Job {
        Job(key: job.record.key, folder: job.runFolder, resources: job.resources)
    }

    func observe(_ jobs: [Job]) async { observations.withLock { $0.formUnion(jobs.map(\.key)) } }

    /// From now on nothing can be taken in, or everything can.
    func refuseSettling(_ error: Mistake?) { settling.withLock { $0 = error } }

    func settle(_ job: Job, status: JobStatus) async throws { if let error = settling.withLock({ $0 }) { throw error } }
}
