import ArgumentParser
import Reprise
import RepriseModel

struct RunRepeat: Verb {
    static let configuration = CommandConfiguration(
        commandName: "repeat",
        abstract: "Run again from the snapshot alone: same code, parameters, seed, data and image",
        discussion: """
            The project's folder may have changed, or be gone. `verify` also judges whether it came out the same.

            Examples:
              reprise repeat @last
              reprise repeat 3f2a 9b1c --detach
              reprise repeat @last --on hpc
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var selection: RunSelection
    @OptionGroup var json: JSONOption

    @Option(
        help: ArgumentHelp("Run on this target instead of where it ran; STEP=TARGET for one step", valueName: "target"),
        completion: .targetChoices
    )
    var on: String?

    @Flag(name: [.long, .customShort("d")], help: "Return once the runs are queued; they go on in the background")
    var detach = false

    func run(in session: Session) async throws {
        let laboratory = session.laboratory
        var repetitions: [RunID] = []
        let follower = RunFollower(session, isJSON: json.isOn)
        for run in try laboratory.resolve(selection.runs) {
            repetitions.append(try await laboratory.repeat(run, target: on) { follower.display.show($0) })
        }
        guard detach else { return try await follower.drive(repetitions, .stopping) }
        follower.display.clear()
        try laboratory.startBackgroundSupervisor()
        for run in repetitions { try session.console.line(run.description) }
    }
}
