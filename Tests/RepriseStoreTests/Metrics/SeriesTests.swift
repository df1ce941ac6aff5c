import Foundation
import OrderedCollections
import RepriseModel
import RepriseStore
import RepriseSystem
import RepriseTestKit
import RepriseTracking
import Testing

@Suite struct `Metric series` {
    private let now = Timestamp(milliseconds: 1_700_000_000_000)

    private func isSame(_ left: SeriesPoints, _ right: SeriesPoints) -> Bool {
        left.steps == right.steps && left.times == right.times
            && left.values.map(\.bitPattern) == right.values.map(\.bitPattern)
    }

    private func run(in fixture: StoreFixture) throws -> RunID {
        let request = fixture.request()
        try fixture.insert([request])
        return request.id
    }

    private func batch(_ run: RunID, _ key: String, _ points: SeriesPoints) -> IngestBatch {
        IngestBatch(run: run, time: now, columns: [MetricColumn(key: key, points: points)])
    }

    @Test func `however points are divided into batches, all come back in their order, bit for bit`() throws {
        let fixture = try StoreFixture()
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<6 {
            let run = try run(in: fixture)
            var all = SeriesPoints()
            while all.count < 5000 {
                let isSmall = Int.random(in: 0..<10, using: &generator) > 0
                let more = SeriesPoints.random(Int.random(in: 1...(isSmall ? 20 : 2500), using: &generator), &generator)
                all.append(more)
                try fixture.store.ingest([batch(run, "loss", more)])
            }
            let read = try fixture.store.points(run, "loss")
            #expect(isSame(read, all))
            let first = Int.random(in: 0..<all.count, using: &generator)
            #expect(isSame(try fixture.store.points(run, "loss", from: Int64(first)), all[first..<all.count]))
            let summary = try #require(try fixture.store.summaries(run).first)
            let numbers = all.values.filter { !$0.isNaN }
            #expect(summary.count == Int64(all.count))
            #expect(summary.lastStep == all.steps.max())
            #expect(summary.min == numbers.min())
            #expect(summary.max == numbers.max())
        }
    }

    @Test func `single points become few pieces`() throws {
        let fixture = try StoreFixture()
        let run = try run(in: fixture)
        for index in 0..<1500 {
            let point = SeriesPoints(steps: [MetricColumn.unset], times: [MetricColumn.unset], values: [Double(index)])
            try fixture.store.ingest([batch(run, "a", point)])
        }
        let read = try fixture.store.points(run, "a")
        #expect(read.steps == (0..<1500).map(Int64.init))
        #expect(read.times.allSatisfy { $0 == now.milliseconds })
        let pieces = try fixture.store.readOnlySQL("SELECT count(*), max(count) FROM chunk").rows
        #expect((pieces.first?.first?.integerValue ?? .max) <= 33)
        #expect(pieces.first?.last == 1024)
    }

    @Test func `a batch that comes too late changes nothing`() throws {
        let fixture = try StoreFixture()
        let run = try run(in: fixture)
        var batch = batch(run, "a", SeriesPoints(steps: [0], times: [0], values: [1]))
        let end = IngestPosition(offset: 9, lines: 1, mark: SHA256Hasher.digest(of: "{\"a\": 1}\n".utf8))
        batch.advance = IngestAdvance(source: "metrics.jsonl", from: IngestPosition(), to: end)
        #expect(try fixture.store.ingest([batch]) == [true])
        #expect(try fixture.open().ingest([batch]) == [false])
        #expect(try fixture.store.points(run, "a").count == 1)
        #expect(try fixture.store.positions(of: run) == ["metrics.jsonl": end])
    }

    @Test func `a series of NaN alone has no minimum, and a list shows it`() throws {
        let fixture = try StoreFixture()
        let run = try run(in: fixture)
        try fixture.store.ingest([batch(run, "a", SeriesPoints(steps: [3], times: [4], values: [.nan]))])
        let row = try #require(try fixture.store.runs().first)
        let summary = try #require(row.metrics.first)
        #expect(summary.last.isNaN && summary.min.isNaN && summary.max.isNaN)
        #expect(summary.count == 1)
        #expect(summary.lastStep == 3)
    }

    @Test func `a million points read back, and a limit keeps their extremes`() throws {
        let fixture = try StoreFixture()
        let run = try run(in: fixture)
        var points = SeriesPoints()
        points.reserveCapacity(1_000_000)
        for index in 0..<1_000_000 {
            points.append(step: Int64(index), time: Int64(index), value: Double(index % 1000))
        }
        points.values[777_777] = -5
        try fixture.store.ingest([batch(run, "a", points)])
        #expect(isSame(try fixture.store.points(run, "a"), points))
        let few = try fixture.store.points(run, "a", limit: 400)
        #expect(few.count <= 400)
        #expect(few.values.min() == -5)
        #expect(few.values.max() == 999)
        #expect(try fixture.store.points(run, "a", steps: 10...19).steps == Array(10...19))
    }

    @Test func `what a copy of the files at any moment holds is whole batches with their position`() throws {
        let fixture = try StoreFixture()
        let run = try run(in: fixture)
        let files = LiveFileSystem()
        var position = IngestPosition()
        for round in 1...30 {
            var points = SeriesPoints()
            for index in 0..<round { points.append(step: Int64(index), time: 0, value: Double(round)) }
            var batch = batch(run, "a", points)
            let next = IngestPosition(offset: position.offset + Int64(round), lines: Int64(round))
            batch.advance = IngestAdvance(source: "metrics.jsonl", from: position, to: next)
            try fixture.store.ingest([batch])
            position = next
            guard round % 5 == 0 else { continue }
            // What a crash leaves: database and log as they are, and perhaps half of a commit after them.
            let copy = fixture.folder + "/copy-\(round)/.reprise"
            try files.makeFolder(copy)
            try files.copy(fixture.store.folder.database, to: copy + "/reprise.db", mode: 0o644)
            try files.copy(fixture.store.folder.database + "-wal", to: copy + "/reprise.db-wal", mode: 0o644)
            try files.append([UInt8](repeating: 0x5A, count: 3000), to: copy + "/reprise.db-wal")
            let store = try Store.open(copy)
            #expect(try store.positions(of: run)["metrics.jsonl"] == position)
            #expect(try store.points(run, "a").count == round * (round + 1) / 2)
            #expect(try store.integrityProblems().isEmpty)
        }
    }

    @Test func `a file goes in by rounds, whoever reads it, nothing twice`() throws {
        let fixture = try StoreFixture()
        let run = try run(in: fixture)
        let path = fixture.folder + "/metrics.jsonl"
        let files = LiveFileSystem()
        let tail = MetricTail(run: run, source: "metrics.jsonl", path: path, kind: .lines)
        var total = 0
        for round in 0..<20 {
            try files.append(Array("{\"a\": \(round), \"b\": 1}\n{\"a\": NaN".utf8), to: path)
            let store = try round % 2 == 0 ? fixture.store : fixture.open()
            total += try MetricIngest(store: store, files: files, clock: LiveWallClock()).take([tail], isFinal: false)
            total += try MetricIngest(store: store, files: files, clock: LiveWallClock()).take([tail], isFinal: false)
            try files.append(Array("}\n".utf8), to: path)
        }
        let ingest = MetricIngest(store: fixture.store, files: files, clock: LiveWallClock())
        total += try ingest.take([tail], isFinal: true)
        #expect(total == 60)
        let points = try fixture.store.points(run, "a")
        #expect(points.values.filter { !$0.isNaN } == (0..<20).map(Double.init))
        #expect(points.steps == (0..<40).map(Int64.init))
        #expect(try fixture.store.run(run).notes.isEmpty)
    }
}
