import ArgumentParser
import Reprise
import RepriseModel

struct RunExport: Verb {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write runs as CSV, JSON or a research object (RO-Crate)",
        discussion: """
            CSV and JSON go to standard output unless -o names a file; an RO-Crate is a folder with the outputs in it.

            Examples:
              reprise export launch:3f2a9b1c77d0 --format csv > runs.csv
              reprise export 3f2a --format ro-crate -o crate
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var selection: RunSelection

    @Option(name: .shortAndLong, help: ArgumentHelp("csv, json or ro-crate", valueName: "format"))
    var format = ExportFormat.csv

    @Option(
        name: [.short, .customLong("output")],
        help: ArgumentHelp("The file, or the folder of an RO-Crate", valueName: "path"),
        completion: .file()
    )
    var output: String?

    func validate() throws {
        if format == .rocrate, output == nil { throw ValidationError("an RO-Crate is a folder: name it with -o") }
    }

    func run(in session: Session) async throws {
        let runs = try session.laboratory.resolve(selection.runs, includingDeleted: true)
        guard let output else { return try session.console.text(session.laboratory.exportText(runs, as: format)) }
        try session.console.line(session.laboratory.export(runs, as: format, to: output))
    }
}

extension ExportFormat: ExpressibleByArgument {}
