import ArgumentParser
import Reprise

struct SnapshotExport: Verb {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a snapshot into one archive, to hand on",
        discussion: """
            An archive of tar, compressed by gzip: its name ends in .tar.gz or .tgz. What is there is not overwritten.

            Examples:
              reprise snapshot export 5c0e --to code.tar.gz
            """
    )

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The snapshot")
    var snapshot: String

    @Option(help: ArgumentHelp("Where to", valueName: "file"), completion: .file())
    var to: String

    func run(in session: Session) async throws {
        try await session.laboratory.snapshotExport(snapshot, to: to)
        session.console.say("snapshot written to \(to)")
    }
}
