import ArgumentParser
import Reprise
import RepriseModel

struct SnapshotShow: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what a snapshot holds",
        discussion: """
            Examples:
              reprise snapshot show 5c0e
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(help: "The snapshot")
    var snapshot: String

    func run(in session: Session) async throws {
        let record = try session.laboratory.snapshot(snapshot)
        let value = try Value(encoding: record)
        guard !json.isOn else { return try session.console.document(value) }
        let rows = value.leaves.map { [Table.Cell($0.path, .faint), Table.Cell($0.value.text)] }
        try session.console.print(Table([.init("what"), .init("value")], rows: rows))
    }
}
