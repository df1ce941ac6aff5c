import ArgumentParser
import Reprise
import RepriseModel

struct RunAttach: Verb {
    static let configuration = CommandConfiguration(
        commandName: "attach",
        abstract: "Follow runs in the background as if they had been started here",
        discussion: """
            Without a name, the launch of the newest run that has not ended. Ctrl-C leaves the runs running; `stop` \
            stops them. Exit status as `run` has it.

            Examples:
              reprise attach
              reprise attach launch:3f2a9b1c77d0
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(help: "Ids, beginnings of ids, names, @last or launch:ID (can be repeated)", completion: .runs)
    var runs: [String] = []

    func run(in session: Session) async throws {
        let chosen = try runs.isEmpty ? newestLaunch(session) : session.laboratory.resolve(runs)
        try await RunFollower(session, isJSON: json.isOn).drive(chosen, .leaving)
    }

    private func newestLaunch(_ session: Session) throws -> [RunID] {
        let laboratory = session.laboratory
        guard let launch = try laboratory.openRuns().last.map({ try laboratory.rows([$0]) })?.first?.launch else {
            throw Mistake(
                "no run is queued or running",
                fix: "`reprise list` shows those that have ended",
                code: "no-open-run"
            )
        }
        return try laboratory.resolve(["launch:\(launch)"])
    }
}
