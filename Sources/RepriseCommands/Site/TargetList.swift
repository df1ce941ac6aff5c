import ArgumentParser
import Reprise
import RepriseModel

struct TargetList: Verb {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the targets of the site")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    func run(in session: Session) async throws {
        let targets = try await session.laboratory.targets()
        guard !json.isOn else { return try session.console.document(.list(targets.map(\.value))) }
        try session.console.print(TargetReport.table(targets))
    }
}
