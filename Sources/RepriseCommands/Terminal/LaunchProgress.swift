import OrderedCollections
import Reprise
import RepriseModel

/// Where the runs of a launch stand, as their events tell it.
package struct LaunchProgress: Sendable {
    struct Line: Sendable {
        var name: String
        var state: RunState
        var startedAt: Timestamp?
        var endedAt: Timestamp?
        var reason: String?
        /// The latest value of each series, and how it came there.
        var metrics: OrderedDictionary<String, [Double]> = [:]
    }

    /// How far an image is.
    struct ImageLine: Sendable {
        var text = ""
        var done: Int64?
        var total: Int64?
    }

    /// How many values of a series are kept for its sparkline.
    private static let history = 200

    private(set) var runs: OrderedDictionary<RunID, Line> = [:]
    private(set) var preparing: String?
    /// What is being looked up, fetched or built, by reference.
    private(set) var images: OrderedDictionary<String, ImageLine> = [:]
    private var firstStart: Timestamp?

    package init() {}

    /// Counts the run in; of one that is known already, the name alone is taken.
    package mutating func add(_ run: RunID, name: String, state: RunState = .queued, startedAt: Timestamp? = nil) {
        guard runs[run] == nil else {
            if name != run.short { runs[run]?.name = name }
            return
        }
        runs[run] = Line(name: name, state: state, startedAt: startedAt)
        if let startedAt { firstStart = min(firstStart ?? startedAt, startedAt) }
    }

    package mutating func apply(_ event: ProgressEvent, at now: Timestamp) {
        switch event {
        case .snapshot(let what, let done, let total):
            preparing = "\(what) \(done)" + (total.map { " of \($0)" } ?? "")
        case .image(let reference, let text, let done, let total): note(reference, text, done, total)
        case .queued(let ids):
            preparing = nil
            images = [:]
            for id in ids { add(id, name: id.short) }
        case .runChanged(let run, let state, let reason): change(run, to: state, reason, at: now)
        case .metrics(let run, let series):
            for summary in series { append(summary.last, to: summary.key, of: run) }
        case .note, .changed, .waiting: break
        }
    }

    private mutating func note(_ reference: String, _ text: String, _ done: Int64?, _ total: Int64?) {
        if text.isEmpty, done == nil || done == total {
            images[reference] = nil
            return
        }
        var line = images[reference] ?? ImageLine()
        if !text.isEmpty { line.text = text }
        line.done = done
        line.total = total
        images[reference] = line
    }

    private mutating func change(_ run: RunID, to state: RunState, _ reason: String?, at now: Timestamp) {
        add(run, name: run.short)
        runs[run]?.state = state
        runs[run]?.reason = reason
        if state == .running {
            if runs[run]?.startedAt == nil { runs[run]?.startedAt = now }
            firstStart = firstStart ?? now
        }
        runs[run]?.endedAt = state.isEnded ? now : nil
    }

    private mutating func append(_ value: Double, to key: String, of run: RunID) {
        var values = runs[run]?.metrics[key] ?? []
        values.append(value)
        // Every second value goes when there are too many: the whole course stays visible.
        if values.count > Self.history { values = stride(from: 1, to: values.count, by: 2).map { values[$0] } }
        runs[run]?.metrics[key] = values
    }

    func count(_ state: RunState) -> Int { runs.values.lazy.filter { $0.state == state }.count }
    var ended: Int { runs.values.lazy.filter(\.state.isEnded).count }

    /// What the rest will take if it goes on as it went; nil while nothing has ended.
    func timeLeft(at now: Timestamp) -> Int64? {
        guard let firstStart, ended > 0, ended < runs.count else { return nil }
        let elapsed = now.milliseconds - firstStart.milliseconds
        guard elapsed > 0 else { return nil }
        return elapsed * Int64(runs.count - ended) / Int64(ended)
    }

    /// The exit status of a foreground `run`: the run's own, or 1 where any of several did not finish.
    package static func exitStatus(of runs: [(state: RunState, exitStatus: Int?)]) -> Int32 {
        guard runs.count == 1, let run = runs.first else { return runs.allSatisfy { $0.state == .finished } ? 0 : 1 }
        if run.state == .finished { return 0 }
        let status = run.exitStatus ?? 1
        return status == 0 ? 1 : Int32(truncatingIfNeeded: status & 0xFF)
    }
}
