import ArgumentParser
import Reprise
import RepriseModel
import RepriseSnapshots

struct SnapshotCompare: Verb {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Tell what differs between two snapshots",
        discussion: """
            Exit status 0 where they are the same, 1 where they differ.

            Examples:
              reprise snapshot compare 5c0e 81d2
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(help: "The first snapshot")
    var left: String

    @Argument(help: "The second snapshot")
    var right: String

    func run(in session: Session) async throws {
        let comparison = try await session.laboratory.snapshotCompare(left, right)
        if json.isOn {
            try session.console.document(comparison.value)
        } else {
            for line in comparison.lines { try session.console.line(line.harmless) }
            if comparison.isSame { session.console.say("nothing differs") }
        }
        if !comparison.isSame { throw ExitCode(1) }
    }
}
