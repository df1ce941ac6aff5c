import ArgumentParser
import Reprise
import RepriseModel

struct RunResume: Verb {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Queue runs that failed, were stopped or got lost again, as new attempts",
        discussion: """
            A run keeps its id, its snapshot, its seed and what it has logged. Steps that finished are not executed \
            again.

            Examples:
              reprise resume @last
              reprise resume launch:3f2a9b1c77d0 --detach
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var selection: RunSelection

    @Flag(name: [.long, .customShort("d")], help: "Return once the runs are queued")
    var detach = false

    func run(in session: Session) async throws {
        let laboratory = session.laboratory
        let queued = try laboratory.resume(laboratory.resolve(selection.runs))
        guard !queued.isEmpty else {
            return session.console.say("nothing to resume: all of these finished or still run")
        }
        guard detach else { return try await RunFollower(session, isJSON: json.isOn).drive(queued, .stopping) }
        try laboratory.startBackgroundSupervisor()
        for run in queued { try session.console.line(run.description) }
    }
}
