import ArgumentParser
import Reprise
import RepriseModel

struct SnapshotVerify: Verb {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that a snapshot is there, whole and unchanged",
        discussion: """
            Exit status 1 where it is not.

            Examples:
              reprise snapshot verify 5c0e
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(help: "The snapshot")
    var snapshot: String

    func run(in session: Session) async throws {
        let problems = try await session.laboratory.snapshotVerify(snapshot)
        if json.isOn {
            try session.console.document([
                "sound": .bool(problems.isEmpty), "problems": .list(problems.map(Value.string)),
            ])
        } else {
            for problem in problems { try session.console.line(problem) }
            if problems.isEmpty { session.console.say("sound") }
        }
        if !problems.isEmpty { throw ExitCode(1) }
    }
}
