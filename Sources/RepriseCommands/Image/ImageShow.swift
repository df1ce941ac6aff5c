import ArgumentParser
import Reprise
import RepriseModel

struct ImageShow: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show everything that is known of an image",
        discussion: """
            Examples:
              reprise image show python:3.12-slim
              reprise image show 5c0e91aa
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(help: "The image: a reference, its id, or the beginning of its id", completion: .imageNames)
    var image: String

    func run(in session: Session) async throws {
        let report = try await session.laboratory.image(image)
        let console = session.console
        guard !json.isOn else { return try console.document(report.value) }
        for case (let name, let text?) in report.lines {
            let head = console.painted(name + String(repeating: " ", count: max(0, 12 - name.count)), .faint)
            try console.line("\(head) \(text.harmless)")
        }
    }
}
