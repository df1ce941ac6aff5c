import GRDB
import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import RepriseTracking
import Testing

@testable import RepriseStore

@Suite struct `The outbox of trackers` {
    private let fixture: StoreFixture
    private var store: Store { fixture.store }
    private let limits = ParcelLimits(points: 100, parameters: 10, tags: 10)
    private let now = Timestamp(milliseconds: 1_700_000_100_000)

    init() throws { fixture = try StoreFixture() }

    private func announce(_ names: String...) throws {
        let keys = names.map { TrackerKey(kind: "jsonl", destination: $0) }
        try store.setCurrentTrackers(keys) { String(repeating: "0", count: 32) }
    }

    /// Makes a run that has started.
    @discardableResult
    private func run(parameters: [(String, Value)] = [], state: RunState = .running) async throws -> RunID {
        let request = fixture.request(parameters: parameters)
        try fixture.insert([request])
        if state != .queued { try await move(request.id, state) }
        return request.id
    }

    private func move(_ run: RunID, _ state: RunState) async throws {
        try await store.record([JobChange(key: JobKey(run: run), state: state, at: now)])
    }

    private func log(_ run: RunID, _ count: Int, key: String = "loss", from first: Int64 = 0) throws {
        let points = TrackerSamples.column(key, count, from: first).points
        try store.ingest([IngestBatch(run: run, time: now, columns: [MetricColumn(key: key, points: points)])])
    }

    private func parcels() throws -> [Parcel] { try store.parcels(for: 1, within: limits, at: now) }

    private func arrive(_ parcels: [Parcel]) throws {
        let outcomes = parcels.map { ParcelOutcome(handle: RunHandle(id: $0.run.id.description)) }
        try store.settle(parcels, TrackerReply(outcomes), for: 1, at: now) { _ in .seconds(60) }
    }

    @Test func `a run that has not started waits for nothing`() async throws {
        try announce("a")
        let id = try await run(state: .queued)
        #expect(try store.standing(of: 1, at: now).waiting == 0)
        try await move(id, .running)
        #expect(try store.standing(of: 1, at: now).waiting == 1)
        #expect(try parcels().map(\.run.id) == [id])
    }

    @Test func `what has arrived is not sent again, what comes later is`() async throws {
        try announce("a")
        let id = try await run(parameters: [("lr", 0.5)])
        try log(id, 3)
        let first = try parcels()
        #expect(first.first?.parameters == ["lr": 0.5])
        #expect(first.first?.pointCount == 3)
        #expect(first.first?.tellsState == true)
        try arrive(first)
        #expect(try store.standing(of: 1, at: now).due == nil)
        try log(id, 2, from: 3)
        let second = try parcels()
        #expect(second.first?.columns.first?.first == 3)
        #expect(second.first?.pointCount == 2)
        #expect(second.first?.parameters.isEmpty == true)
        #expect(second.first?.tellsState == false)
        try arrive(second)
        try store.tag(id, "team", "blue")
        #expect(try parcels().first?.tags == ["team": "blue"])
    }

    @Test func `what was taken out and never settled comes again`() async throws {
        try announce("a")
        let id = try await run(parameters: [("lr", 0.5)])
        let first = try parcels()
        // The sender dies here; another one opens the store.
        #expect(try fixture.open().parcels(for: 1, within: limits, at: now) == first)
        #expect(first.map(\.run.id) == [id])
    }

    @Test func `what changes while it is sent is noticed`() async throws {
        try announce("a")
        let id = try await run()
        try log(id, 3)
        let first = try parcels()
        try log(id, 4, from: 3)
        try arrive(first)
        #expect(try parcels().first?.columns.first?.first == 3)
    }

    @Test func `a long series goes in parts, and the end of the run last`() async throws {
        try announce("a")
        let id = try await run()
        try log(id, 250)
        try await move(id, .finished)
        var told: [Bool] = []
        var counts: [Int] = []
        while let parcel = try parcels().first {
            told.append(parcel.tellsState)
            counts.append(parcel.pointCount)
            try arrive([parcel])
        }
        #expect(counts == [100, 100, 50])
        #expect(told == [false, false, true])
    }

    @Test func `a finished run that goes on is sent on`() async throws {
        try announce("a")
        let id = try await run()
        try await move(id, .finished)
        while case let parcels = try parcels(), !parcels.isEmpty { try arrive(parcels) }
        try log(id, 1)
        #expect(try parcels().first?.pointCount == 1)
    }

    @Test func `a tag that is taken away is taken away there`() async throws {
        try announce("a")
        let id = try await run()
        try store.tag(id, "team", "blue")
        try arrive(parcels())
        try store.untag(id, "team")
        #expect(try parcels().first?.removedTags == ["team"])
    }

    @Test func `runs go to the trackers of the time when they are made`() async throws {
        try await run()
        try announce("a")
        let second = try await run()
        try announce("b")
        let third = try await run()
        #expect(try store.waitingRuns(for: 1, most: 9).map(\.run) == [second])
        #expect(try store.waitingRuns(for: 2, most: 9).map(\.run) == [third])
        #expect(try store.trackers().map(\.isCurrent) == [false, true])
        try store.putIn([third], for: 1)
        #expect(try store.waitingRuns(for: 1, most: 9).map(\.run) == [second, third])
        try store.forgetTracker(1)
        #expect(try store.trackers().map(\.number) == [2])
        #expect(try store.standing(of: 1, at: now) == TrackerStanding())
    }

    @Test func `a run that came from a tracker goes round no further`() async throws {
        try announce("a")
        let id = try await run()
        try store.tag(id, "reprise.run_id", "0123")
        #expect(try parcels().isEmpty)
        #expect(try store.standing(of: 1, at: now).waiting == 0)
        try log(id, 1)
        #expect(try store.standing(of: 1, at: now).waiting == 0)
    }

    @Test func `a tracker that is down is asked seldom, and once for all runs`() async throws {
        try announce("a")
        for _ in 0..<5 { try await run() }
        let parcels = try parcels()
        let failures = parcels.map { _ in ParcelOutcome(failure: .unavailable("connection refused")) }
        try store.settle(parcels, TrackerReply(failures), for: 1, at: now) { .seconds(Int64(1 << $0)) }
        let standing = try store.standing(of: 1, at: now)
        #expect(standing.failures == 1)
        #expect(standing.due == now.advanced(by: .seconds(2)))
        #expect(standing.trouble == "connection refused")
        #expect(standing.waiting == 5)
        try store.hurry(1)
        #expect(try store.standing(of: 1, at: now).due.map { $0 <= now } == true)
    }

    @Test func `a run that is refused waits alone`() async throws {
        try announce("a")
        let bad = try await run()
        let good = try await run()
        let first = try parcels()
        let outcomes = first.map { $0.run.id == bad ? ParcelOutcome(failure: .refused("500")) : ParcelOutcome() }
        try store.settle(first, TrackerReply(outcomes), for: 1, at: now) { _ in .seconds(60) }
        try log(good, 1)
        #expect(try parcels().map(\.run.id) == [good])
        #expect(try store.waitingRuns(for: 1, most: 9).first?.trouble == "500")
        let later = now.advanced(by: .seconds(61))
        #expect(try store.parcels(for: 1, within: limits, at: later).contains { $0.run.id == bad })
    }

    @Test func `notes about what was left out are the run's`() async throws {
        try announce("a")
        let id = try await run()
        let parcels = try parcels()
        let outcome = ParcelOutcome(notes: ["parameter `x` was not sent"])
        try store.settle(parcels, TrackerReply([outcome]), for: 1, at: now) { _ in .seconds(60) }
        #expect(try store.run(id).notes == ["parameter `x` was not sent"])
    }

    @Test func `what nobody may see is taken out of what is remembered`() async throws {
        try announce("a")
        try await run()
        let tracker = FaultyTracker(seed: 1, limits: limits)
        tracker.isDown = true
        let courier = Courier(
            tracker,
            number: 1,
            outbox: store,
            wallClock: ManualWallClock(now),
            entropy: LiveEntropy(),
            cleaning: { $0.replacing("down", with: "<redacted>") }
        )
        guard case .waits(_, let why) = await courier.deliver() else {
            Issue.record("it did not wait")
            return
        }
        #expect(why == "it is <redacted>")
        #expect(try store.trackers().first?.trouble == "it is <redacted>")
    }

    @Test func `finding what waits never reads what has arrived`() throws {
        let plan = try store.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    EXPLAIN QUERY PLAN SELECT run FROM delivery WHERE tracker = 1 AND waits > 0 AND next_try <= 5
                    ORDER BY sent_at, run LIMIT 9
                    """
            )
            .map { $0["detail"] as String }
        }
        #expect(plan.allSatisfy { $0.contains("delivery_waiting") }, "\(plan)")
    }
}
