import ArgumentParser
import Reprise
import RepriseModel

struct ImagePublish: Verb {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Send an image to a registry, and remember by which digest it is there",
        discussion: """
            What is published is a snapshot, with its code in the image; or an image by its name or id. Without --to it goes
            to `images.repository` of the site. The login is the engine's own, or `images.user` with the credential that
            `images.credential` names. Publishing again changes nothing.

            Examples:
              reprise image publish 5c0e --to ghcr.io/me/digits
              reprise image publish localhost/tools:1 --to registry.example.org/lab/tools:1
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(help: "A snapshot, or an image by name or id")
    var subject: String

    @Option(help: ArgumentHelp("Where it goes", valueName: "registry/repository[:tag]"))
    var to: String?

    @Option(help: ArgumentHelp("The step whose image is meant, where a snapshot has several", valueName: "name"))
    var step: String?

    @Option(
        help: ArgumentHelp("Publish with the engine of this target of the site", valueName: "target"),
        completion: .targets
    )
    var on: String?

    @Option(help: ArgumentHelp("Set a setting of the site (can be repeated)", valueName: "key=value"))
    var set: [String] = []

    func run(in session: Session) async throws {
        let display = session.display()
        let published = try await session.laboratory.imagePublish(
            subject,
            to: to,
            step: step,
            target: on,
            settings: set
        ) { display.show($0) }
        display.clear()
        guard !json.isOn else { return try session.console.document(Value(encoding: published)) }
        try session.console.line(published.reference)
        session.console.say("published as \(published.repository):\(published.tag)")
    }
}
