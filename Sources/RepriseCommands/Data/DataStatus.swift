import ArgumentParser
import Reprise

struct DataStatus: Verb {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show where the data lie and whether they changed, by size and time",
        discussion: """
            Quick: files are read only where size or time changed.

            Examples:
              reprise data status digits.exp.yaml
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(help: "The experiment", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    func run(in session: Session) async throws {
        let display = session.display()
        let reports = try await session.laboratory.dataStatus(file: file) { display.show($0) }
        display.clear()
        try DataListing(reports: reports, isJSON: json.isOn).print(on: session.console)
        if reports.contains(where: \.isBad) { throw ExitCode(1) }
    }
}
