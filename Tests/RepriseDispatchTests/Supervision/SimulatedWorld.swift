import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization

/// Everything around a supervisor, in memory, with faults that a seed draws.
final class SimulatedWorld: Sendable {
    struct Crash: Error {}

    struct Refusal: RepriseError {
        var what: String { "the world refuses" }
        var code: String { "refused" }
        var fault: Fault { .world }
    }

    /// One life of a supervisor.
    final class Life: Sendable {
        private let isDead = Atomic<Bool>(false)
        var isOver: Bool { isDead.load(ordering: .relaxed) }
        func end() { isDead.store(true, ordering: .relaxed) }
    }

    private struct State {
        var generator: SeededGenerator
        var refusals = 0.0
        var crashes = 0.0
        var life = Life()
        var settled: Set<JobKey> = []
        /// How far the time of day is off.
        var jump: Int64 = 0
    }

    static let bounds = Capacity(slots: 4, cpus: 6, memory: 100, gpus: [0, 1, 2])

    let engine = FakeEngine()
    let clock = ManualClock()
    private let start: ManualClock.Instant
    private let state: Mutex<State>

    /// Whether the engine has a queue of its own, so that jobs are handed over in batches.
    private let queues: Bool
    /// Whether it keeps jobs after others, too.
    let ordersJobs: Bool
    let capacity: Capacity

    init(seed: UInt64) {
        queues = seed % 3 == 0
        ordersJobs = seed % 6 == 0
        capacity = ordersJobs ? .unbounded : Self.bounds
        state = Mutex(State(generator: SeededGenerator(seed: seed)))
        start = clock.now
    }

    // MARK: Chance

    func chance(_ probability: Double) -> Bool {
        state.withLock { Double.random(in: 0..<1, using: &$0.generator) < probability }
    }

    func number(_ range: Range<Int>) -> Int { state.withLock { Int.random(in: range, using: &$0.generator) } }

    func makeRun() -> RunID { state.withLock { RunID(using: &$0.generator) } }

    func setFaults(refusals: Double, crashes: Double) {
        state.withLock { state in
            state.refusals = refusals
            state.crashes = crashes
        }
    }

    func jumpClock() {
        state.withLock { $0.jump = Int64.random(in: -1_000_000_000...1_000_000_000, using: &$0.generator) }
    }

    var life: Life { state.withLock { $0.life } }
    var settled: Set<JobKey> { state.withLock { $0.settled } }

    func beginLife() -> Life {
        state.withLock { state in
            state.life = Life()
            return state.life
        }
    }

    /// Where a supervisor touches the world: the place where it may die, and where the world may refuse.
    func touch(_ life: Life) throws {
        if life.isOver { throw Crash() }
        let (refuses, crashes) = state.withLock { ($0.refusals, $0.crashes) }
        if chance(crashes) {
            life.end()
            throw Crash()
        }
        if chance(refuses) { throw Refusal() }
    }

    // MARK: What a supervisor gets

    func makeSupervisor(_ ledger: InMemoryLedger, _ life: Life) -> Supervisor {
        let fault: @Sendable (String, Bool) throws -> Void = { [self] _, _ in try touch(life) }
        let dispatcher: any Dispatcher =
            queues ? FakeQueue(engine, ordersJobs: ordersJobs, fault: fault) : FakeDispatcher(engine, fault: fault)
        return Supervisor(
            ledger: MortalLedger(ledger: ledger, world: self, life: life),
            lifecycle: SimulatedLifecycle(world: self, life: life),
            targets: ["local": SupervisorTarget(dispatcher: dispatcher, capacity: capacity)],
            clock: clock,
            wallClock: self
        )
    }

    func noteSettled(_ key: JobKey) { state.withLock { _ = $0.settled.insert(key) } }
}

extension SimulatedWorld: WallClock {
    func now() -> Timestamp {
        let jump = state.withLock { $0.jump }
        return Timestamp(milliseconds: 1_700_000_000_000 + jump).advanced(by: start.duration(to: clock.now))
    }
}

/// The ledger as one life of a supervisor sees it. A write may die before it happened, or after.
struct MortalLedger: RunLedger {
    let ledger: InMemoryLedger
    let world: SimulatedWorld
    let life: SimulatedWorld.Life

    func openJobs() async throws -> [LedgerJob] {
        try world.touch(life)
        return try await ledger.openJobs()
    }

    func changeMark() async throws -> Int64 {
        try world.touch(life)
        return try await ledger.changeMark()
    }

    func stopRequests() async throws -> Set<RunID> {
        try world.touch(life)
        return try await ledger.stopRequests()
    }

    func record(_ changes: [JobChange]) async throws {
        try world.touch(life)
        await Task.yield()
        if life.isOver { throw SimulatedWorld.Crash() }
        try await ledger.record(changes)
        try world.touch(life)
    }
}

struct SimulatedLifecycle: JobLifecycle {
    let world: SimulatedWorld
    let life: SimulatedWorld.Life

    func prepare(_ job: LedgerJob) async throws -> Job {
        try world.touch(life)
        await Task.yield()
        return try await adopt(job)
    }

    func adopt(_ job: LedgerJob) async throws -> Job {
        try world.touch(life)
        return Job(key: job.record.key, folder: job.runFolder, resources: job.resources)
    }

    func observe(_ jobs: [Job]) async {}

    func settle(_ job: Job, status: JobStatus) async throws {
        try world.touch(life)
        await Task.yield()
        try world.touch(life)
        world.noteSettled(job.key)
    }
}
