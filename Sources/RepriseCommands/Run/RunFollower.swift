import ArgumentParser
import Reprise
import RepriseModel
import RepriseSystem

/// Drives runs from a command until they have ended, shows how they go, and heeds the signals of the terminal.
struct RunFollower: Sendable {
    /// What Ctrl-C does to the runs.
    enum Manner: Sendable { case stopping, leaving }

    let session: Session
    let isJSON: Bool
    /// Settings from the command line, for whoever supervises.
    let settings: [String]
    let display: LaunchDisplay

    init(_ session: Session, isJSON: Bool, settings: [String] = []) {
        self.settings = settings
        self.session = session
        self.isJSON = isJSON
        display = session.display(isJSON: isJSON)
    }

    /// Follows the runs to their end, tells what became of them, and throws the exit status where it is not 0.
    func drive(_ runs: [RunID], _ manner: Manner) async throws {
        let laboratory = session.laboratory
        display.expect(try laboratory.rows(runs))
        // Nothing may happen for hours.
        if manner == .leaving { display.tellStanding() }
        let ended = try await follow(runs, manner)
        display.clear()
        let rows = try laboratory.rows(runs)
        try await RunEnding(session: session, rows: rows, isJSON: isJSON).tell()
        if let signal = ended { throw ExitCode(signal.exitStatus) }
        let status = LaunchProgress.exitStatus(of: rows.map { ($0.state, $0.exitStatus) })
        if status != 0 { throw ExitCode(status) }
    }

    /// Shows the events of the runs until all have ended; the signal that ended them, if one did.
    func follow(_ runs: [RunID], _ manner: Manner) async throws -> EndSignal? {
        try await withThrowingTaskGroup(of: Step.self) { group in
            group.addTask {
                for try await event in try session.laboratory.supervise(runs, settings: settings) {
                    display.show(event)
                }
                return .ended
            }
            group.addTask { await firstSignal() }
            if display.isLive { group.addTask { try await keepTicking() } }
            defer { group.cancelAll() }
            var received: EndSignal?
            while let step = try await group.next() {
                switch step {
                case .ended: return received
                case .idle: continue
                case .signal(let signal):
                    received = signal
                    try await heed(signal, runs, manner)
                }
            }
            return received
        }
    }

    private enum Step: Sendable { case ended, idle, signal(EndSignal) }

    private func firstSignal() async -> Step {
        for await signal in session.context.endSignals() { return .signal(signal) }
        return .idle
    }

    private func keepTicking() async throws -> Step {
        while true {
            try await session.context.clock.sleep(for: .milliseconds(200))
            display.tick()
        }
    }

    /// Stops the runs and lets their end be seen, or leaves them to a supervisor in the background and ends.
    private func heed(_ signal: EndSignal, _ runs: [RunID], _ manner: Manner) async throws {
        let laboratory = session.laboratory
        guard manner == .stopping, signal != .hangUp else {
            display.clear()
            try laboratory.startBackgroundSupervisor(settings: settings)
            session.console.say("the runs go on in the background; `reprise attach` follows them again")
            throw ExitCode(signal.exitStatus)
        }
        display.show(
            .note("stopping the runs; once more leaves at once (`reprise run --detach` keeps runs going)")
        )
        try laboratory.requestStop(runs)
    }
}
