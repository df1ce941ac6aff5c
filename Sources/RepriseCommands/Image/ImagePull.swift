import ArgumentParser
import Reprise
import RepriseModel

struct ImagePull: Verb {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Fetch an image, or all that an experiment names",
        discussion: """
            Runs fetch what they need by themselves; this does it beforehand. What reprise.lock pins is fetched as it is \
            pinned. --update looks at what the reference means now, and pins that.

            Examples:
              reprise image pull digits.exp.yaml
              reprise image pull --update digits.exp.yaml
              reprise image pull docker.io/library/python:3.12-slim --on hpc,pods
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(help: ArgumentHelp("An experiment, or a reference of an image", valueName: "what"), completion: .file())
    var what: String

    @Flag(help: "Move the pin to what the reference means now")
    var update = false

    @Option(
        help: ArgumentHelp("Fetch to the engine of this target of the site; several with commas", valueName: "targets"),
        completion: .targets
    )
    var on: String?

    @Option(help: ArgumentHelp("Set a setting of the site (can be repeated)", valueName: "key=value"))
    var set: [String] = []

    func run(in session: Session) async throws {
        let display = session.display(isJSON: false)
        let pulled = try await session.laboratory.pullImages(what, update: update, target: on, settings: set) { event in
            if !json.isOn { display.show(event) }
        }
        display.clear()
        guard !json.isOn else { return try session.console.document(.list(pulled.map(\.value))) }
        for image in pulled { try session.console.line(image.words.harmless) }
        if pulled.isEmpty { session.console.say("`\(what)` names no image") }
    }
}
