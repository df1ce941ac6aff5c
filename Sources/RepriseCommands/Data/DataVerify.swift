import ArgumentParser
import Reprise

struct DataVerify: Verb {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read all data and check them against their locked digests",
        discussion: """
            Exit status 1 where any differs.

            Examples:
              reprise data verify digits.exp.yaml
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(help: "The experiment", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    func run(in session: Session) async throws {
        let display = session.display()
        let reports = try await session.laboratory.dataStatus(file: file, thorough: true) { display.show($0) }
        display.clear()
        try DataListing(reports: reports, isJSON: json.isOn).print(on: session.console)
        if reports.contains(where: \.isBad) { throw ExitCode(1) }
    }
}
