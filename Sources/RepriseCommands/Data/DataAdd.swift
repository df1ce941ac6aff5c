import ArgumentParser
import Reprise

struct DataAdd: Verb {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Take the data as they are now: write their digests into reprise.lock",
        discussion: """
            For data that changed on purpose. Without names, all of the experiment's data.

            Examples:
              reprise data add digits.exp.yaml
              reprise data add digits.exp.yaml train
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(help: "The experiment", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @Argument(help: "Names of data items (can be repeated)")
    var names: [String] = []

    func run(in session: Session) async throws {
        let display = session.display()
        let reports = try await session.laboratory.dataAdd(file: file, names: names) { display.show($0) }
        display.clear()
        try DataListing(reports: reports, isJSON: json.isOn).print(on: session.console)
    }
}
