import ArgumentParser
import Reprise
import RepriseModel

struct ImageRelease: Verb {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Remove the file by which the store keeps an image",
        discussion: """
            Engines and registries keep what they have.

            Examples:
              reprise image release docker.io/library/python:3.12-slim
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(help: "Images: references, ids, or beginnings of ids (can be repeated)", completion: .imageNames)
    var images: [String]

    func run(in session: Session) async throws {
        var released: [Value] = []
        for image in images {
            let (identity, bytes) = try session.laboratory.releaseImage(image)
            released.append(["id": .string(identity.id.description), "bytes": .integer(bytes)])
            if !json.isOn {
                try session.console.line("freed \(Quantities.text(bytes: bytes)): \(identity.reference)".harmless)
            }
        }
        if json.isOn { try session.console.document(.list(released)) }
    }
}
