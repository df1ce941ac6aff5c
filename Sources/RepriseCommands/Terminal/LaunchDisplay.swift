import Reprise
import RepriseModel
import RepriseSystem
import Synchronization

/// Shows the events of a launch: a picture on a terminal, lines elsewhere, objects for programs.
package final class LaunchDisplay: Sendable {
    private let console: Console
    private let wallClock: any WallClock
    private let isJSON: Bool
    private let region: LiveRegion?
    private let picture: Mutex<LaunchPicture>

    package init(_ console: Console, wallClock: any WallClock, clock: some Clock<Duration>, isJSON: Bool) {
        self.console = console
        self.wallClock = wallClock
        self.isJSON = isJSON
        let isLive = console.errorsAreTerminal && !console.isQuiet && !isJSON
        region = isLive ? LiveRegion(console.errors, width: console.width, clock: clock) : nil
        picture = Mutex(
            LaunchPicture(
                LaunchProgress(),
                width: console.width,
                isUnicode: console.isUnicode,
                isColoured: console.errorsAreColoured
            )
        )
    }

    /// Tells the names of runs whose events will come.
    package func expect(_ rows: [RunRow]) {
        picture.withLock { picture in
            for row in rows { picture.progress.add(row.id, name: row.name, state: row.state, startedAt: row.startedAt) }
        }
    }

    /// Tells how the runs stand, where no picture is drawn that shows it.
    package func tellStanding() {
        guard region == nil else { return }
        guard isJSON else { return console.say(picture.withLock { $0.standing }) }
        let runs = picture.withLock { $0.progress.runs }
            .map { run, line -> Value in
                ["run": .string(run.description), "state": .string(line.state.rawValue)]
            }
        // Whoever closed the output is told by the last object, which is written with `try`.
        try? console.object(["event": "standing", "runs": .list(runs)])
    }

    package func show(_ event: ProgressEvent) {
        let now = wallClock.now()
        if isJSON {
            // Whoever closed the output is told by the last object, which is written with `try`.
            if let object = event.value { try? console.object(object) }
            return
        }
        let (line, region) = picture.withLock { picture in
            picture.progress.apply(event, at: now)
            return (picture.line(for: event), self.region == nil ? [] : picture.lines(at: now))
        }
        guard let live = self.region else {
            if let line { console.say(line) }
            return
        }
        if let line, stays(event) { live.note([line], then: region) } else { live.draw { region } }
    }

    /// What is still of interest when the picture has gone.
    private func stays(_ event: ProgressEvent) -> Bool {
        switch event {
        case .note: true
        case .runChanged(_, let state, _): state.isEnded && state != .finished
        default: false
        }
    }

    /// Draws times anew though nothing has happened.
    package func tick() {
        guard let region else { return }
        let now = wallClock.now()
        region.draw { picture.withLock { $0.lines(at: now) } }
    }

    package var isLive: Bool { region != nil }

    package func clear() { region?.clear() }
}

extension ProgressEvent {
    /// The event as a line of JSON; nil for what changes too often to be told.
    package var value: Value? {
        switch self {
        case .note(let text): ["event": "note", "text": .string(text)]
        case .snapshot: nil
        case .image(let reference, let text, _, _):
            text.isEmpty ? nil : ["event": "image", "reference": .string(reference), "text": .string(text)]
        case .queued(let runs): ["event": "queued", "runs": .list(runs.map { .string($0.description) })]
        case .changed(_, let job, let state, let reason):
            [
                "event": "job", "job": .string(job.description), "run": .string(job.run.description),
                "state": .string(state.rawValue), "reason": reason.map(Value.string) ?? .null,
            ]
        case .runChanged(let run, let state, let reason):
            [
                "event": "run", "run": .string(run.description), "state": .string(state.rawValue),
                "reason": reason.map(Value.string) ?? .null,
            ]
        case .waiting(let job, let reason):
            [
                "event": "waiting", "job": .string(job.description), "run": .string(job.run.description),
                "reason": .string(reason),
            ]
        case .metrics(let run, let series):
            [
                "event": "metrics", "run": .string(run.description),
                "metrics": .list(
                    series.map { ["key": .string($0.key), "step": .integer($0.lastStep), "value": .number($0.last)] }
                ),
            ]
        }
    }
}
