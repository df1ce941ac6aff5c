import Foundation
import RepriseModel
import RepriseSystem
import RepriseTestKit
import RepriseTracking
import Testing

@Suite final class `Growing files of metrics` {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "reprise-tail-\(UUID().uuidString)")
        .path
    private let files = LiveFileSystem()
    private let run: RunID
    private var path: String { folder + "/metrics.jsonl" }

    init() throws {
        var generator = SeededGenerator(seed: 3)
        run = RunID(using: &generator)
        try files.makeFolder(folder)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func tail(_ kind: MetricTail.Kind = .lines) -> MetricTail {
        MetricTail(run: run, source: "metrics.jsonl", path: path, kind: kind)
    }

    /// Everything that reading on from there gives, and where it ends.
    private func read(
        _ kind: MetricTail.Kind = .lines,
        from position: inout IngestPosition,
        isFinal: Bool = false
    ) throws -> (values: [Double], notes: [String]) {
        var values: [Double] = []
        var notes: [String] = []
        let now = Timestamp(milliseconds: 5)
        while let batch = try tail(kind).read(from: position, at: now, isFinal: isFinal, files) {
            values += batch.columns.flatMap(\.points.values)
            notes += batch.notes
            position = try #require(batch.advance).to
        }
        return (values, notes)
    }

    @Test func `a line counts when its end is there, or when nobody writes any more`() throws {
        var position = IngestPosition()
        #expect(try read(from: &position).values.isEmpty)
        try files.write("{\"a\": 1}\n{\"a\": 2}", to: path)
        #expect(try read(from: &position).values == [1])
        try files.append(Array("\n{\"a\": 3".utf8), to: path)
        #expect(try read(from: &position).values == [2])
        #expect(try read(from: &position, isFinal: true).values.isEmpty)
        #expect(position.rejected == 1)
        #expect(position.lines == 3)
    }

    @Test func `a file that was replaced is read again from its start, and a note says so`() throws {
        var position = IngestPosition()
        try files.write("{\"a\": 1}\n{\"a\": 2}\n", to: path)
        #expect(try read(from: &position).values == [1, 2])
        try files.write("{\"a\": 3}\n", to: path)
        let (values, notes) = try read(from: &position)
        #expect(values == [3])
        #expect(notes == ["`metrics.jsonl` shrank or was replaced, and was read again from its start"])
    }

    @Test func `lines that are no metrics are counted, and the first are shown`() throws {
        var position = IngestPosition()
        try files.write("{\"a\": true}\n\nnoise\u{1}\n{\"a\": 1}\nx\ny\n", to: path)
        let (values, notes) = try read(from: &position)
        #expect(values == [1])
        #expect(position.rejected == 4)
        #expect(notes.count == 3)
        #expect(notes[0] == "`metrics.jsonl` line 1 is no metric (a boolean is no metric): `{\"a\": true}`")
        #expect(notes[1] == "`metrics.jsonl` line 3 is no metric (it is no JSON object): `noise\u{FFFD}`")
    }

    @Test func `standard output counts where a line begins with the marker`() throws {
        var position = IngestPosition()
        let text = "epoch 1\n::metric {\"a\": 1}\nx ::metric {\"a\": 2}\n::metric {\"a\": 3}\n::met"
        try files.write(text, to: path)
        #expect(try read(.log, from: &position).values == [1, 3])
        try files.append(Array("ric {\"a\": 4}\nprogress".utf8), to: path)
        #expect(try read(.log, from: &position).values == [4])
        try files.append(Array(" 50%\n::metric {\"a\": 5}".utf8), to: path)
        #expect(try read(.log, from: &position, isFinal: true).values == [5])
        #expect(position.rejected == 0)
    }

    @Test func `lines beyond a mebibyte and junk without line ends are passed over`() throws {
        var position = IngestPosition()
        let long = [UInt8](repeating: 0xFF, count: 3 << 20)
        try files.write(Array("{\"a\": 1}\n".utf8) + long, to: path)
        #expect(try read(from: &position).values == [1])
        #expect(position.isInsideLongLine)
        try files.append(long + Array("\n{\"a\": 2}\n".utf8), to: path)
        #expect(try read(from: &position).values == [2])
        #expect(position.rejected == 1)
        #expect(position.lines == 3)
    }

    @Test func `however a file grows, the same points come out once each`() throws {
        var generator = SeededGenerator(seed: 11)
        var text: [UInt8] = []
        for index in 0..<400 {
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: text += Array("noise \(index)\n".utf8)
            case 1: text += [UInt8](repeating: 0x80, count: Int.random(in: 0..<4000, using: &generator)) + [0x0A]
            default: text += Array("{\"a\": \(index)}\r\n".utf8)
            }
        }
        try files.write(text, to: path)
        var whole = IngestPosition()
        let expected = try read(from: &whole, isFinal: true).values
        try files.remove(path)
        var position = IngestPosition()
        var values: [Double] = []
        var written = 0
        while written < text.count {
            let end = min(text.count, written + Int.random(in: 1..<900, using: &generator))
            try files.append(Array(text[written..<end]), to: path)
            written = end
            values += try read(from: &position).values
        }
        values += try read(from: &position, isFinal: true).values
        #expect(values == expected)
        #expect(position == whole)
    }

    @Test func `what becomes of a file after its end was taken in no longer counts`() throws {
        var position = IngestPosition()
        try files.write("::metric {\"a\": 1}\nsecret", to: path)
        #expect(try read(.log, from: &position, isFinal: true).values == [1])
        #expect(position.isClosed)
        try files.write("::metric {\"a\": 1}\n<redacted>, and longer\n::metric {\"a\": 2}\n", to: path)
        #expect(try read(.log, from: &position, isFinal: true).values.isEmpty)
    }

    @Test func `a log without metrics leaves nothing to be remembered`() throws {
        var position = IngestPosition()
        try files.write("hello\nworld", to: path)
        _ = try read(.log, from: &position, isFinal: true)
        #expect(position == IngestPosition())
    }
}
