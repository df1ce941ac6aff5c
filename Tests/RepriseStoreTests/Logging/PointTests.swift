import GRDB
import OrderedCollections
import RepriseModel
import RepriseTestKit
import RepriseTracking
import Testing

@testable import RepriseStore

@Suite struct `Points that a client logs` {
    private struct Identity: Hashable {
        var step: Int64
        var time: Int64
        var value: UInt64

        init(_ point: (Int64, Int64, Double)) {
            (step, time) = (point.0, point.1)
            value = point.2.isNaN ? 1 : (point.2 + 0).bitPattern
        }
    }

    private func triples(_ points: SeriesPoints) -> [(Int64, Int64, Double)] {
        points.values.indices.map { (points.steps[$0], points.times[$0], points.values[$0]) }
    }

    /// As a naive program would do it: each point once, the last by step, time and value.
    private struct Model {
        var points: [(Int64, Int64, Double)] = []
        var seen: Set<Identity> = []

        mutating func add(_ point: (Int64, Int64, Double)) {
            if seen.insert(Identity(point)).inserted { points.append(point) }
        }

        var last: Identity? {
            func rank(_ value: Double) -> Double { value.isNaN ? 0 : value }
            var last: (Int64, Int64, Double)?
            for point in points {
                guard let known = last else {
                    last = point
                    continue
                }
                if (point.0, point.1, rank(point.2)) > (known.0, known.1, rank(known.2)) { last = point }
            }
            return last.map(Identity.init)
        }
    }

    private func check(_ model: Model, _ run: RunID, _ store: Store) throws {
        let points = try store.points(run, "a")
        #expect(triples(points).map(Identity.init) == model.points.map(Identity.init))
        let summary = try #require(try store.summaries(run).first)
        #expect(summary.count == Int64(model.points.count))
        #expect(Identity((summary.lastStep, summary.lastTime.milliseconds, summary.last)) == model.last)
        let numbers = model.points.map(\.2).filter { !$0.isNaN }
        #expect(summary.min == numbers.min() || numbers.isEmpty && summary.min.isNaN)
        #expect(summary.max == numbers.max() || numbers.isEmpty && summary.max.isNaN)
    }

    @Test(arguments: 1...6) func `are kept once each, whatever is repeated in whatever order`(seed: UInt64) async throws
    {
        let fixture = try StoreFixture(seed: seed)
        var generator = SeededGenerator(seed: seed)
        let run = try await fixture.clientRun()
        var model = Model()
        let values: [Double] = [0, -0.0, 1, .nan, .infinity, -.infinity, 0.5]
        var clock: Int64 = 0
        for _ in 0..<120 {
            var batch: [(Int64, Int64, Double)] = []
            for _ in 0..<Int.random(in: 1...60, using: &generator) {
                switch Int.random(in: 0..<10, using: &generator) {
                case 0..<2: if let old = model.points.randomElement(using: &generator) { batch.append(old) }
                case 2: if let old = batch.randomElement(using: &generator) { batch.append(old) }
                case 3:
                    let step = Int64.random(in: -3...clock, using: &generator)
                    batch.append((step, clock / 2, values.randomElement(using: &generator) ?? 0))
                default:
                    clock += Int64.random(in: 0...1, using: &generator)
                    batch.append((clock, clock / 3, values.randomElement(using: &generator) ?? 0))
                }
            }
            if batch.isEmpty { continue }
            try await fixture.store.log(LoggedBatch(run, "a", batch))
            for point in batch { model.add(point) }
        }
        try check(model, run, fixture.store)
        let before = model.points.count
        for start in stride(from: 0, to: before, by: 700) {
            let again = Array(model.points[start..<min(before, start + 700)])
            try await fixture.store.log(LoggedBatch(run, "a", again))
        }
        try check(model, run, fixture.store)
    }

    @Test func `are told from those of before the store knew the times of its chunks`() async throws {
        let fixture = try StoreFixture()
        let run = try await fixture.clientRun()
        let points = (0..<2000).map { (Int64($0 % 500), Int64($0), Double($0)) }
        for start in stride(from: 0, to: 2000, by: 1000) {
            try await fixture.store.log(LoggedBatch(run, "a", Array(points[start..<start + 1000])))
        }
        try fixture.store.write { database in
            try database.execute(
                sql: """
                    UPDATE chunk SET min_time = NULL, max_time = NULL;
                    UPDATE series SET max_time = NULL, last = 7, last_step = 7, last_time = 7
                    """
            )
        }
        try await fixture.store.log(LoggedBatch(run, "a", Array(points[900..<1100])))
        try await fixture.store.log(LoggedBatch(run, "a", [(3, 2000, 5)]))
        let model = Model(points: points + [(3, 2000, 5)], seen: [])
        try check(model, run, fixture.store)
    }

    @Test func `of metrics files are taken as they are, repeated or not`() async throws {
        let fixture = try StoreFixture()
        let run = try await fixture.clientRun()
        let column = MetricColumn(key: "a", points: SeriesPoints(steps: [1, 1], times: [5, 5], values: [2, 2]))
        for _ in 0..<2 {
            try fixture.store.ingest([IngestBatch(run: run, time: Timestamp(milliseconds: 9), columns: [column])])
        }
        #expect(try fixture.store.points(run, "a").count == 4)
    }

    @Test func `come in pages in the order of their times`() async throws {
        let fixture = try StoreFixture()
        let run = try await fixture.clientRun()
        var generator = SeededGenerator(seed: 3)
        let points = (0..<5000).map { (Int64($0), Int64($0), Double($0)) }.shuffled(using: &generator)
        for start in stride(from: 0, to: 5000, by: 1000) {
            try await fixture.store.log(LoggedBatch(run, "a", Array(points[start..<start + 1000])))
        }
        var all = SeriesPoints()
        var next: Int64?
        repeat {
            let page = try fixture.store.history(of: run, key: "a", limit: 700, after: next)
            #expect(page.points.count == min(700, 5000 - all.count))
            all.append(page.points)
            next = page.next
        } while next != nil
        #expect(all.times == (0..<5000).map(Int64.init))
        #expect(all.values == (0..<5000).map(Double.init))
        #expect(try fixture.store.history(of: run, key: "none", limit: 5).points.isEmpty)
        #expect(try fixture.store.history(of: run, key: "a", limit: 5000).next == nil)
        let sample = try fixture.store.sampledHistory(of: run, key: "a", limit: 100, steps: 10...4009)
        #expect(sample.steps.first == 10 && sample.steps.last == 4009)
        #expect((50...100).contains(sample.count))
        for limit in 1...5 {
            let few = try fixture.store.sampledHistory(of: run, key: "a", limit: limit)
            #expect(few.count <= limit && few.steps.last == 4999)
        }
    }
}
