import ArgumentParser
import Reprise

struct RunWatch: Verb {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Show how runs go until they have ended",
        discussion: """
            Without a name, all runs that have not ended. Ctrl-C ends watching, not the runs. Exit status 0 whatever \
            becomes of them; `wait` and `attach` tell.

            Examples:
              reprise watch
              reprise watch launch:3f2a9b1c77d0
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(help: "The runs; all that have not ended by default (can be repeated)", completion: .runs)
    var runs: [String] = []

    func run(in session: Session) async throws {
        let laboratory = session.laboratory
        let chosen = try runs.isEmpty ? laboratory.openRuns() : laboratory.resolve(runs)
        guard !chosen.isEmpty else { return session.console.say("no run is queued or running") }
        do {
            try await RunFollower(session, isJSON: json.isOn).drive(chosen, .leaving)
        } catch let status as ExitCode where status.rawValue < 128 {
            // The runs' own status, which `watch` only looks at.
        }
    }
}
