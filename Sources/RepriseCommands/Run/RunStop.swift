import ArgumentParser
import Reprise
import RepriseModel
import RepriseSystem

struct RunStop: Verb {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Stop runs that are queued or running",
        discussion: """
            Programs get TERM, and KILL if they are still there after the grace period. What they left so far is kept. \
            Stopping a run that has ended does nothing. A run that a client logs is marked as cancelled at once; its \
            program is not told.

            Examples:
              reprise stop @last
              reprise stop --all
            """
    )

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Stop every run that has not ended")
    var all = false

    @Argument(help: "Ids, beginnings of ids, names, @last or launch:ID (can be repeated)", completion: .runs)
    var runs: [String] = []

    func validate() throws {
        if runs.isEmpty, !all { throw ValidationError("name the runs to stop, or give --all") }
        if !runs.isEmpty, all { throw ValidationError("--all goes without names") }
    }

    func run(in session: Session) async throws {
        let laboratory = session.laboratory
        let chosen = try all ? laboratory.openRuns() : laboratory.resolve(runs)
        let open = try laboratory.rows(chosen).filter { !$0.state.isEnded }
        guard !open.isEmpty else { return session.console.say("nothing to stop: all of these have ended") }
        let ours = open.filter { $0.origin == nil }
        let marked = try await laboratory.endRunsOfClients(open.filter { $0.origin != nil }.map(\.id))
        if marked > 0 {
            session.console.say(
                "marked \(marked) \(marked == 1 ? "run" : "runs") of clients as cancelled; their programs were not told"
            )
        }
        guard !ours.isEmpty else { return }
        try await stop(ours, in: session)
    }

    private func stop(_ open: [RunRow], in session: Session) async throws {
        let laboratory = session.laboratory
        try laboratory.requestStop(open.map(\.id))
        let follower = RunFollower(session, isJSON: false)
        follower.display.expect(open)
        let signal = try await follower.follow(open.map(\.id), .leaving)
        follower.display.clear()
        if let signal { throw ExitCode(signal.exitStatus) }
        session.console.say("stopped \(open.count) \(open.count == 1 ? "run" : "runs")")
    }
}
