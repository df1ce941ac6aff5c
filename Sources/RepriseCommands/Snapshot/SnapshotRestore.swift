import ArgumentParser
import Reprise

struct SnapshotRestore: Verb {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Write a snapshot's code into a folder",
        discussion: """
            What is there is not overwritten.

            Examples:
              reprise snapshot restore 5c0e --to old-code
            """
    )

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The snapshot")
    var snapshot: String

    @Option(help: ArgumentHelp("Where to", valueName: "folder"), completion: .directory)
    var to: String

    func run(in session: Session) async throws {
        try await session.laboratory.snapshotRestore(snapshot, to: to)
        session.console.say("code written to \(to)")
    }
}
