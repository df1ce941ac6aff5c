import OrderedCollections
import Reprise
import RepriseModel
import RepriseTestKit
import Testing

@testable import RepriseCommands

@Suite struct `The picture of a launch` {
    private func time(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

    private func series(_ key: String, _ value: Double, _ step: Int64) -> SeriesSummary {
        SeriesSummary(key: key, count: step, last: value, lastStep: step, lastTime: time(step), min: value, max: value)
    }

    private var events: [(Int64, ProgressEvent)] {
        let runs = (1...12).map(runID)
        var events: [(Int64, ProgressEvent)] = [
            (0, .snapshot(what: "code", done: 120, total: 500)),
            (
                0,
                .image(
                    reference: "docker.io/library/python:3.12",
                    text: "Copying blob 3f",
                    done: 4 << 20,
                    total: 16 << 20
                )
            ),
            (1, .queued(runs)),
            (1, .note("data `train` is unchanged")),
        ]
        for (index, run) in runs.prefix(4).enumerated() {
            events.append((2 + Int64(index), .runChanged(run, .running, reason: nil)))
            for step in 1...8 {
                events.append((10, .metrics(run, [series("loss", 1 / Double(step + index), Int64(step))])))
            }
        }
        events.append((20, .runChanged(runs[0], .finished, reason: nil)))
        events.append((22, .runChanged(runs[1], .failed, reason: "exit status 3")))
        events.append((23, .waiting(JobKey(run: runs[5]), reason: "waits for a slot: 2 of 2 taken")))
        events.append((24, .runChanged(runs[6], .cancelled, reason: "stopped by a person")))
        return events
    }

    private func picture(width: Int, isUnicode: Bool = true, isColoured: Bool = false) -> LaunchPicture {
        LaunchPicture(LaunchProgress(), width: width, isUnicode: isUnicode, isColoured: isColoured)
    }

    @Test func `looks as it should`() throws {
        var text = ""
        for (width, isUnicode) in [(80, true), (50, true), (80, false)] {
            var picture = picture(width: width, isUnicode: isUnicode)
            var shown: Set<Int64> = []
            for (second, event) in events {
                picture.progress.apply(event, at: time(second))
                if [0, 1, 24].contains(second), shown.insert(second).inserted {
                    text += picture.lines(at: time(second + 6)).joined(separator: "\n") + "\n\n"
                }
            }
        }
        try expectGolden(text, "launch-picture.txt")
    }

    @Test func `shows a bar for an image whose size is known, until it is there`() {
        var picture = picture(width: 60)
        let name = "docker.io/library/python:3.12"
        picture.progress.apply(.snapshot(what: "code", done: 1, total: 2), at: time(0))
        picture.progress.apply(.image(reference: name, text: "Copying", done: 4 << 20, total: 16 << 20), at: time(0))
        #expect(picture.lines(at: time(0)) == ["\(name) ━━━──────────── 4 MiB of 16 MiB"])
        picture.progress.apply(.image(reference: name, text: "", done: nil, total: nil), at: time(1))
        #expect(picture.lines(at: time(1)) == ["snapshot: code 1 of 2"])
    }

    @Test func `is a line an event where there is no terminal`() throws {
        var picture = picture(width: 80)
        var lines: [String] = []
        for (second, event) in events {
            picture.progress.apply(event, at: time(second))
            if let line = picture.line(for: event) { lines.append(line) }
        }
        try expectGolden(lines.joined(separator: "\n") + "\n", "launch-lines.txt")
    }

    @Test func `tells programs every change as an object`() throws {
        let lines = events.compactMap { $0.1.value?.json() }
        try expectGolden(lines.joined(separator: "\n") + "\n", "launch-events.jsonl")
    }

    @Test func `keeps a long series short`() {
        var progress = LaunchProgress()
        for step in 1...5000 {
            progress.apply(.metrics(runID(1), [series("loss", Double(step), Int64(step))]), at: time(1))
        }
        // Nothing is known of the run yet: its metrics alone do not make it one of the launch.
        #expect(progress.runs.isEmpty)
        progress.add(runID(1), name: "a")
        for step in 1...5000 {
            progress.apply(.metrics(runID(1), [series("loss", Double(step), Int64(step))]), at: time(1))
        }
        let values = progress.runs[runID(1)]?.metrics["loss"] ?? []
        #expect(values.count <= 200 && values.last == 5000)
    }

    static let endings: [([(RunState, Int?)], Int32)] = [
        ([(.finished, 0)], 0), ([(.failed, 3)], 3), ([(.failed, nil)], 1), ([(.cancelled, nil)], 1),
        ([(.failed, 0)], 1), ([(.lost, nil)], 1), ([(.finished, 0), (.finished, 0)], 0),
        ([(.finished, 0), (.failed, 3)], 1),
    ]

    @Test func `ends with the run's own status, or 1 where one of several did not finish`() {
        for (runs, status) in Self.endings {
            #expect(LaunchProgress.exitStatus(of: runs.map { (state: $0.0, exitStatus: $0.1) }) == status, "\(runs)")
        }
    }
}

@Suite struct `A live region` {
    @Test func `is drawn again in place, at most ten times a second`() {
        let clock = ManualClock()
        let sink = MemorySink()
        let region = LiveRegion(sink, width: 20, clock: clock)
        region.draw { ["one", "two"] }
        region.draw { ["too soon"] }
        clock.advance(by: .milliseconds(100))
        region.draw { ["three, which is longer than the terminal is wide"] }
        region.note(["a note"], then: ["four"])
        region.clear()
        region.clear()
        let end = "\u{1B}[K\n"
        #expect(
            sink.text == "one\(end)two\(end)" + "\u{1B}[2A\r\u{1B}[Jthree, which is lon\(end)"
                + "\u{1B}[1A\r\u{1B}[Ja note\(end)four\(end)" + "\u{1B}[1A\r\u{1B}[J"
        )
    }
}
