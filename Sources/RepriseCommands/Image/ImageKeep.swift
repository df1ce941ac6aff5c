import ArgumentParser
import Reprise
import RepriseModel

struct ImageKeep: Verb {
    static let configuration = CommandConfiguration(
        commandName: "keep",
        abstract: "Put an image into the store, so that no registry is needed to have it again",
        discussion: """
            `reprise gc` leaves it alone until `reprise image release`.

            Examples:
              reprise image keep docker.io/library/python:3.12-slim
              reprise image keep 5c0e91aa
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(help: "Images: references, ids, or beginnings of ids (can be repeated)", completion: .imageNames)
    var images: [String]

    func run(in session: Session) async throws {
        let display = session.display(isJSON: false)
        var reports: [ImageReport] = []
        for image in images {
            reports.append(
                try await session.laboratory.keepImage(image) { event in if !json.isOn { display.show(event) } }
            )
        }
        display.clear()
        guard !json.isOn else { return try session.console.document(.list(reports.map(\.value))) }
        for report in reports {
            let size = Quantities.text(bytes: report.keptBytes ?? 0)
            try session.console.line(
                "\(report.references.first ?? report.image.id.short): \(report.keptPath ?? ""), \(size)"
            )
        }
    }
}
