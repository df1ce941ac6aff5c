import ArgumentParser
import Reprise

struct RunWait: Verb {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until runs have ended",
        discussion: """
            Exit status as `run` has it: the run's own for one run; for several 0 if all finished, else 1. Ctrl-C ends \
            waiting, not the runs.

            Examples:
              reprise wait @last
              reprise wait launch:3f2a9b1c77d0 && reprise compare launch:3f2a9b1c77d0
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Flag(help: "Wait for every run that has not ended")
    var all = false

    @Argument(help: "Ids, beginnings of ids, names, @last or launch:ID (can be repeated)", completion: .runs)
    var runs: [String] = []

    func validate() throws {
        if runs.isEmpty, !all { throw ValidationError("name the runs to wait for, or give --all") }
        if !runs.isEmpty, all { throw ValidationError("--all goes without names") }
    }

    func run(in session: Session) async throws {
        let laboratory = session.laboratory
        let chosen = try all ? laboratory.openRuns() : laboratory.resolve(runs)
        guard !chosen.isEmpty else { return }
        var session = session
        // Nothing is shown on the way: that is what `attach` is for.
        session.context.console.isQuiet = true
        try await RunFollower(session, isJSON: json.isOn).drive(chosen, .leaving)
    }
}
