import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseStore
import RepriseSystem
import RepriseTestKit
import RepriseTracking
import Synchronization
import Testing

/// A store, a tracker that fails in every way, and senders that are killed at any moment.
@Suite struct `Sending to a tracker that fails` {
    @Test(arguments: 1...12)
    func `everything arrives, once, whatever went wrong`(seed: Int) async throws {
        let shares = FaultyTracker.Shares(unavailable: 0.1, refused: 0.1, lostReply: 0.15, vanished: 0.02)
        let simulation = try DeliverySimulation(seed: UInt64(seed), shares: shares)
        for _ in 0..<120 { try await simulation.step() }
        try await simulation.finish()
        try simulation.compare()
    }

    @Test func `one that is down for the length of a sweep is asked seldom and then has everything`() async throws {
        let simulation = try DeliverySimulation(seed: 99, shares: .init())
        simulation.tracker.isDown = true
        for _ in 0..<120 { try await simulation.step() }
        #expect(simulation.tracker.calls < 30, "it was asked \(simulation.tracker.calls) times")
        simulation.tracker.isDown = false
        try await simulation.finish()
        try simulation.compare()
    }
}

private final class DeliverySimulation: Sendable {
    private struct State {
        var generator: SeededGenerator
        var runs: [RunID] = []
        var ended: Set<RunID> = []
        var logged: [RunID: [String: Int64]] = [:]
    }

    let tracker: FaultyTracker
    private let fixture: StoreFixture.Shared
    private let clock = ManualWallClock()
    private let state: Mutex<State>

    init(seed: UInt64, shares: FaultyTracker.Shares) throws {
        fixture = StoreFixture.Shared(try StoreFixture(seed: seed))
        let limits = ParcelLimits(points: 50, parameters: 2, tags: 2, parcels: 4)
        tracker = FaultyTracker(seed: seed &* 31, shares: shares, limits: limits)
        state = Mutex(State(generator: SeededGenerator(seed: seed)))
        try fixture.store.setCurrentTrackers([TrackerKey(kind: "fake", destination: "here")]) { "mark" }
    }

    private func draw(_ count: Int) -> Int {
        state.withLock { Int.random(in: 0..<count, using: &$0.generator) }
    }

    func step() async throws {
        let open = state.withLock { state in state.runs.filter { !state.ended.contains($0) } }
        switch draw(10) {
        case 0 where open.count < 12:
            let parameters: [(String, Value)] = (0..<draw(6)).map { ("p\($0)", .integer(Int64($0))) }
            let run = try fixture.insert(parameters: parameters)
            try await move(run, .running)
            state.withLock { $0.runs.append(run) }
        case 1...5: if let run = open.randomElement(by: draw) { try log(run) }
        case 6:
            if let run = open.randomElement(by: draw) {
                try await move(run, .finished)
                state.withLock { _ = $0.ended.insert(run) }
            }
        case 7: clock.advance(by: .seconds(draw(20)))
        default: await courier(isMortal: true).deliver()
        }
    }

    private func move(_ run: RunID, _ state: RunState) async throws {
        try await fixture.store.record([JobChange(key: JobKey(run: run), state: state, at: clock.now())])
    }

    private func log(_ run: RunID) throws {
        let key = "k\(draw(3))"
        let count = draw(80) + 1
        let first = state.withLock { $0.logged[run]?[key] ?? 0 }
        let points = TrackerSamples.column(key, count, from: first).points
        let batch = IngestBatch(run: run, time: clock.now(), columns: [MetricColumn(key: key, points: points)])
        try fixture.store.ingest([batch])
        state.withLock { $0.logged[run, default: [:]][key] = first + Int64(count) }
    }

    /// Each is a process of its own: it opens the store anew, and may be killed before it remembers.
    private func courier(isMortal: Bool) -> Courier {
        let outbox = MortalOutbox(store: fixture.store) { isMortal && self.draw(5) == 0 }
        return Courier(tracker, number: 1, outbox: outbox, wallClock: clock, entropy: SeededEntropy(draw: draw))
    }

    func finish() async throws {
        for run in state.withLock({ state in state.runs.filter { !state.ended.contains($0) } }) {
            try await move(run, .finished)
        }
        for _ in 0..<400 {
            if await courier(isMortal: false).deliver() == .delivered { return }
            clock.advance(by: .seconds(601))
        }
        Issue.record("it never came to an end: \(try fixture.store.standing(of: 1, at: clock.now()))")
    }

    func compare() throws {
        let runs = state.withLock { $0.runs }
        #expect(!runs.isEmpty)
        for run in runs {
            let record = try fixture.store.run(run)
            for summary in record.metrics {
                let points = try fixture.store.points(run, summary.key)
                let expected = Dictionary(uniqueKeysWithValues: points.values.enumerated().map { (Int64($0), $1) })
                #expect(tracker.points(run, summary.key) == expected)
            }
            #expect(tracker.parameters(run).count == record.request.parameters.count)
            #expect(tracker.state(run) == record.state)
        }
    }
}

/// The store, as a sender sees it that may be killed before it remembers what it has sent.
private struct MortalOutbox: Outbox {
    struct Killed: Error {}

    let store: Store
    let isKilled: @Sendable () -> Bool

    func standing(of tracker: Int64, at now: Timestamp) throws -> TrackerStanding {
        try store.standing(of: tracker, at: now)
    }

    func parcels(for tracker: Int64, within limits: ParcelLimits, at now: Timestamp) throws -> [Parcel] {
        try store.parcels(for: tracker, within: limits, at: now)
    }

    func settle(
        _ parcels: [Parcel],
        _ reply: TrackerReply,
        for tracker: Int64,
        at now: Timestamp,
        pause: (Int) -> Duration
    ) throws {
        if isKilled() { throw Killed() }
        try store.settle(parcels, reply, for: tracker, at: now, pause: pause)
    }

    func hurry(_ tracker: Int64) throws { try store.hurry(tracker) }
}

private struct SeededEntropy: Entropy {
    let draw: @Sendable (Int) -> Int

    func next() -> UInt64 { UInt64(draw(1 << 30)) << 34 }
}

extension Array {
    fileprivate func randomElement(by draw: (Int) -> Int) -> Element? { isEmpty ? nil : self[draw(count)] }
}

extension StoreFixture {
    /// A fixture that several tasks may hold.
    final class Shared: Sendable {
        let store: Store
        private let fixture: Mutex<StoreFixture>

        init(_ fixture: sending StoreFixture) {
            store = fixture.store
            self.fixture = Mutex(fixture)
        }

        func insert(parameters: [(String, Value)]) throws -> RunID {
            try fixture.withLock { fixture in
                let request = fixture.request(parameters: parameters)
                try fixture.insert([request])
                return request.id
            }
        }
    }
}
