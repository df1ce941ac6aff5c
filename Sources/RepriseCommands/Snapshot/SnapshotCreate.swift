import ArgumentParser
import Reprise
import RepriseModel

struct SnapshotCreate: Verb {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Take a snapshot of an experiment's code, data digests and environment",
        discussion: """
            `run` does this by itself. The same content has the same id however often it is taken.

            Examples:
              reprise snapshot create digits.exp.yaml --name submitted
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(help: "The experiment", completion: .file(extensions: ["yaml", "yml", "py", "json"]))
    var file: String

    @Option(
        help: ArgumentHelp(
            "The snapshot's whole name; without it one is made, such as me/digits/2026-01-05/quiet-heron",
            valueName: "name"
        )
    )
    var name: String?

    func run(in session: Session) async throws {
        let display = session.display()
        let snapshot = try await session.laboratory.snapshotCreate(file: file, name: name) { display.show($0) }
        display.clear()
        guard !json.isOn else { return try session.console.document(Value(encoding: snapshot)) }
        try session.console.line(snapshot.id.description)
        if let name = snapshot.name { session.console.say("named \(name)") }
    }
}
