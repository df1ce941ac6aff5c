import Foundation
import RepriseModel
import RepriseSystem
import RepriseTestKit
import RepriseTracking
import Testing

/// The files were written by tensorboardX and by TensorBoard's own writer, with `Golden/Events/make-events.py`.
@Suite final class `Event files of TensorBoard` {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "reprise-events-\(UUID().uuidString)")
        .path
    private let files = LiveFileSystem()
    private let run: RunID
    private var path: String { folder + "/events.out.tfevents.1.host" }

    init() throws {
        var generator = SeededGenerator(seed: 4)
        run = RunID(using: &generator)
        try files.makeFolder(folder)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func sample(_ name: String) throws -> [UInt8] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try files.read(tests.appending(path: "Golden/Events/\(name).tfevents").path, limit: 1 << 20)
    }

    private func read(
        from position: inout IngestPosition,
        isFinal: Bool = false,
        prefix: String = ""
    ) throws -> (series: [String: SeriesPoints], notes: [String]) {
        var series: [String: SeriesPoints] = [:]
        var notes: [String] = []
        let tail = MetricTail(run: run, source: "e", path: path, kind: .events, prefix: prefix)
        while let batch = try tail.read(from: position, at: Timestamp(milliseconds: 5), isFinal: isFinal, files) {
            for column in batch.columns { series[column.key, default: SeriesPoints()].append(column.points) }
            notes += batch.notes
            position = try #require(batch.advance).to
        }
        return (series, notes)
    }

    @Test func `scalars of tensorboardX come with step and time, and nothing else does`() throws {
        try files.write(sample("scalars"), to: path)
        var position = IngestPosition()
        let (series, notes) = try read(from: &position, isFinal: true)
        #expect(Set(series.keys) == ["loss", "accuracy/train", "odd", "größe"])
        #expect(series["loss"]?.values == [1, 0.5, Double(Float(1) / 3), 0.25, Double(Float(0.2))])
        #expect(series["loss"]?.steps == [0, 1, 2, 3, 4])
        #expect(series["loss"]?.times == (0..<5).map { 1_700_000_000_250 + $0 * 1000 })
        #expect(series["größe"]?.steps == [1 << 40])
        let odd = try #require(series["odd"]?.values)
        #expect(odd[0].isNaN && odd[1] == .infinity && odd[2] == -.infinity && odd[3].sign == .minus)
        #expect(notes.isEmpty)
        #expect(position.isClosed == false)
        #expect(try read(from: &position, isFinal: true).series.isEmpty)
    }

    @Test func `scalars of TensorFlow 2 stand in tensors`() throws {
        try files.write(sample("tensors"), to: path)
        var position = IngestPosition()
        let (series, _) = try read(from: &position, prefix: "train/")
        #expect(series.count == 2)
        #expect(series["train/epoch_loss"]?.values == [2.5, 1.5, 0.5, -0.5])
        #expect(series["train/lr"]?.steps == [0, 1, 2, 3])
    }

    @Test func `a tensor of a single number counts, whatever its type`() throws {
        try files.write(sample("new-style"), to: path)
        var position = IngestPosition()
        let (series, _) = try read(from: &position)
        #expect(
            series.mapValues { $0.values[0] } == [
                "float": Double(Float(0.1)), "double": 0.1, "integer": -7, "long": 1_099_511_627_776, "yes": 1,
                "half": 0.333251953125, "bfloat": 0.333984375, "bytes": 0.7,
            ]
        )
    }

    @Test func `a record counts when its end is there, wherever the writer has got to`() throws {
        let whole = try sample("scalars")
        var position = IngestPosition()
        var count = 0
        for end in stride(from: 0, through: whole.count, by: 7) + [whole.count] {
            try files.write(Array(whole[..<end]), to: path)
            let (series, notes) = try read(from: &position)
            count += series.values.reduce(0) { $0 + $1.count }
            #expect(notes.isEmpty)
        }
        #expect(count == 15)
        #expect(position.offset == Int64(whole.count))
    }

    @Test func `a tail that was cut off is no fault, and may still grow`() throws {
        let whole = try sample("tensors")
        try files.write(Array(whole.dropLast(3)), to: path)
        var position = IngestPosition()
        let (_, notes) = try read(from: &position, isFinal: true)
        #expect(notes.isEmpty)
        #expect(position.isClosed == false)
    }

    @Test func `a damaged file is read up to the damage, and a note says where`() throws {
        var bytes = try sample("tensors")
        bytes[bytes.count / 2] ^= 0x10
        try files.write(bytes, to: path)
        var position = IngestPosition()
        let running = try read(from: &position)
        #expect(running.notes.isEmpty)
        #expect(!running.series.isEmpty)
        let ended = try read(from: &position, isFinal: true)
        #expect(ended.series.isEmpty)
        #expect(ended.notes == ["`e` is damaged at byte \(position.offset), and was not read on from there"])
        #expect(position.isClosed)
    }

    @Test func `what is no event file at all is left alone, and a note says so`() throws {
        try files.write("Tue Nov 21: this is a diary, not a file of events.\n", to: path)
        var position = IngestPosition()
        let (series, notes) = try read(from: &position, isFinal: true)
        #expect(series.isEmpty)
        #expect(notes == ["`e` is no event file of TensorBoard, and was not read"])
        #expect(try read(from: &position, isFinal: true).notes.isEmpty)
    }

    @Test func `a record too long for a scalar is passed over without being read`() throws {
        let whole = try sample("tensors")
        let first = EventRecord.messages(in: whole)[0].count + 16
        let long = EventRecord.long(5 << 20)
        var bytes = Array(whole[..<first]) + long + Array(whole[first...])
        try files.write(Array(bytes.dropLast(whole.count - first + 1)), to: path)
        var position = IngestPosition()
        #expect(try read(from: &position).series.isEmpty)
        #expect(position.offset == Int64(first))
        try files.write(bytes, to: path)
        #expect(try read(from: &position).series["epoch_loss"]?.count == 4)
        #expect(position.offset == Int64(bytes.count))
        bytes += EventRecord.bytes(EventRecord.scalar("epoch_loss", 9, step: 9))
        try files.write(bytes, to: path)
        #expect(try read(from: &position).series["epoch_loss"]?.values == [9])
    }

    @Test func `no sequence of bytes is too much`() throws {
        let samples = try ["scalars", "tensors", "new-style"].map(sample)
        var generator = SeededGenerator(seed: 11)
        for round in 0..<600 {
            var bytes = samples[round % samples.count]
            for _ in 0...Int.random(in: 0..<6, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = .random(in: 0 ... .max, using: &generator)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + 9))
                default: bytes.insert(contentsOf: bytes[max(0, place - 20)..<place], at: place)
                }
            }
            try files.write(round % 2 == 0 ? bytes : EventRecord.bytes(bytes), to: path)
            var position = IngestPosition()
            _ = try read(from: &position, isFinal: true)
            #expect(position.offset <= Int64(bytes.count + 16))
        }
    }

    /// Damage behind a good checksum: every message is cut, and changed, at each place.
    @Test func `no message is too damaged`() throws {
        var generator = SeededGenerator(seed: 12)
        for name in ["scalars", "tensors", "new-style"] {
            for message in EventRecord.messages(in: try sample(name)) {
                var damaged: [UInt8] = []
                for place in message.indices {
                    var changed = message
                    changed[place] = .random(in: 0 ... .max, using: &generator)
                    damaged += EventRecord.bytes(Array(message[..<place])) + EventRecord.bytes(changed)
                }
                try files.write(damaged, to: path)
                var position = IngestPosition()
                _ = try read(from: &position)
                #expect(position.offset == Int64(damaged.count))
            }
        }
    }
}

private func + (places: StrideThrough<Int>, more: [Int]) -> [Int] { Array(places) + more }
