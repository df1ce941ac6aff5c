import OrderedCollections
import Reprise
import RepriseCharts
import RepriseModel

/// The progress of a launch as lines: a picture that is redrawn on a terminal, a line an event elsewhere.
package struct LaunchPicture: Sendable {
    package var progress: LaunchProgress
    package var width: Int
    package var isUnicode: Bool
    package var isColoured: Bool
    /// How many running runs are listed.
    package var rows = 8

    package init(_ progress: LaunchProgress, width: Int, isUnicode: Bool, isColoured: Bool) {
        self.progress = progress
        self.width = width
        self.isUnicode = isUnicode
        self.isColoured = isColoured
    }

    package func lines(at now: Timestamp) -> [String] {
        if let preparing = progress.preparing, images.isEmpty { return ["snapshot: \(preparing)"] }
        guard !progress.runs.isEmpty else { return images }
        return images + [bar + counts + timeLeft(now)] + table(now)
    }

    /// How many of the runs have ended, and what the others do: `1 of 3 ended  1 running  1 queued`.
    package var standing: String { "\(progress.ended) of \(progress.runs.count) ended" + counts }

    private var bar: String {
        "\(bar(progress.ended, of: progress.runs.count)) \(progress.ended)/\(progress.runs.count)"
    }

    private func bar(_ done: Int, of total: Int) -> String {
        let cells = max(10, min(30, width / 4))
        let done = total > 0 ? cells * min(max(done, 0), total) / total : 0
        let (full, empty) = isUnicode ? ("━", "─") : ("#", ".")
        let filled = Paint.green.applied(to: String(repeating: full, count: done), isColoured)
        let rest = Paint.faint.applied(to: String(repeating: empty, count: cells - done), isColoured)
        return filled + rest
    }

    private var images: [String] { progress.images.map { image($0.key, $0.value) } }

    /// `python:3.12 ━━━━━━──── 12 MiB of 37 MiB`; what whoever fetches it says where nobody knows how much there is.
    private func image(_ reference: String, _ line: LaunchProgress.ImageLine) -> String {
        let name = Paint.cyan.applied(to: reference.harmless, isColoured)
        guard let done = line.done else { return "\(name) \(line.text.harmless)" }
        let amount = Quantities.text(bytes: done)
        guard let total = line.total else { return "\(name) \(amount) \(line.text.harmless)" }
        // In thousandths, so that no size is too large for it.
        let part = total > 0 ? Int(Double(done) / Double(total) * 1000) : 0
        return "\(name) \(bar(part, of: 1000)) \(amount) of \(Quantities.text(bytes: total))"
    }

    private var counts: String {
        let states: [RunState] = [.running, .submitted, .queued, .failed, .cancelled, .lost]
        let words = states.compactMap { state -> String? in
            let count = progress.count(state)
            return count == 0 ? nil : state.paint.applied(to: "\(count) \(state.rawValue)", isColoured)
        }
        return words.map { "  " + $0 }.joined()
    }

    private func timeLeft(_ now: Timestamp) -> String {
        progress.timeLeft(at: now).map { "  about \(Quantities.text(milliseconds: $0)) left" } ?? ""
    }

    private func table(_ now: Timestamp) -> [String] {
        let running = progress.runs.filter { $0.value.state == .running }
        guard !running.isEmpty else { return [] }
        var table = Table([
            .init("run", isWhole: true), .init("name"), .init("time", .right, isWhole: true), .init("metrics"),
        ])
        for (id, line) in running.prefix(rows) {
            let elapsed = now.milliseconds - (line.startedAt ?? now).milliseconds
            table.rows.append([
                .init(id.short, .cyan), .init(line.name), .init(Quantities.text(milliseconds: max(0, elapsed))),
                .init(metrics(line)),
            ])
        }
        let lines = table.lines(width: width - 1, isUnicode: isUnicode, isColoured: isColoured)
        let more = running.count - rows
        return lines + (more > 0 ? ["and \(more) more"] : [])
    }

    private func metrics(_ line: LaunchProgress.Line) -> String {
        line.metrics.prefix(4)
            .map { key, values in
                let curve = values.count > 2 ? " " + sparkline(values, width: 8, isUnicode: isUnicode) : ""
                return "\(key) \(values.last.map { NumberText.short($0) } ?? "")\(curve)"
            }
            .joined(separator: "  ")
    }

    /// The event as a line that stays; nil for what only a picture shows.
    package func line(for event: ProgressEvent) -> String? {
        switch event {
        case .note(let text): text.harmless
        case .queued(let runs): "\(runs.count) \(runs.count == 1 ? "run" : "runs") queued"
        case .runChanged(let run, let state, let reason): line(run, state, reason)
        case .waiting(let job, let reason): "\(job.run.short) \(reason)".harmless
        case .image(let reference, let text, _, _): text.isEmpty ? nil : "\(reference): \(text)".harmless
        case .snapshot, .changed, .metrics: nil
        }
    }

    private func line(_ run: RunID, _ state: RunState, _ reason: String?) -> String {
        let line = progress.runs[run]
        let took = line?.startedAt
            .flatMap { start in
                line?.endedAt
                    .map { " in " + Quantities.text(milliseconds: max(0, $0.milliseconds - start.milliseconds)) }
            }
        let why = state == .finished || state == .running ? nil : reason.map { ": \($0)" }
        let name = line.map { $0.name == run.short ? "" : " \($0.name)" } ?? ""
        let word = state.paint.applied(to: state.rawValue, isColoured)
        return "\(run.short)\(name.harmless) \(word)\(took ?? "")\((why ?? "").harmless)"
    }
}
