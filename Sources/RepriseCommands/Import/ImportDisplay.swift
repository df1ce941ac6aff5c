import Reprise
import RepriseModel
import Synchronization

/// How far an import is, in one line that is drawn again in place; on no terminal, a line every ten seconds.
final class ImportDisplay: Sendable {
    private let console: Console
    private let region: LiveRegion?
    private let elapsed: @Sendable () -> Duration
    private let lastTold = Mutex(Duration.zero)

    init(_ console: Console, clock: any Clock<Duration>) {
        self.console = console
        region =
            console.errorsAreTerminal ? LiveRegion(console.errors, width: console.width, clock: ContinuousClock()) : nil
        elapsed = ImportDisplay.watch(clock)
    }

    private static func watch(_ clock: some Clock<Duration>) -> @Sendable () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }

    func show(_ report: ImportReport) {
        guard !console.isQuiet else { return }
        if let region { return region.draw { [line(report)] } }
        let now = elapsed()
        let isTime = lastTold.withLock { last in
            guard now - last >= .seconds(10) else { return false }
            last = now
            return true
        }
        if isTime { console.say(line(report)) }
    }

    func clear() { region?.clear() }

    private func line(_ report: ImportReport) -> String {
        let runs = report.totalRuns.map { "\(report.runs) of \($0) runs" } ?? "\(report.runs) runs"
        var parts = ["\(runs), \(report.points) points, \(report.files) files"]
        if let current = report.current { parts.insert("`\(current)`", at: 0) }
        if let left = timeLeft(report) { parts.append("about \(Quantities.text(milliseconds: left)) left") }
        return parts.joined(separator: " · ")
    }

    private func timeLeft(_ report: ImportReport) -> Int64? {
        let seconds = elapsed().components.seconds
        guard let total = report.totalRuns, seconds >= 3, report.runs > 0, report.runs < total else { return nil }
        return seconds * Int64(total - report.runs) / Int64(report.runs) * 1000
    }
}
