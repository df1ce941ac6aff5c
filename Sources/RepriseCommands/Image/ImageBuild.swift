import ArgumentParser
import Reprise
import RepriseModel

struct ImageBuild: Verb {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Build the images of an experiment or a recipe, or put a snapshot's code into one",
        discussion: """
            The same recipe with the same files, bases and arguments is built once; what was built before is only told.
            With --snapshot the image holds the code as well, in \(Laboratory.placeOfCode), on top of the image that the
            snapshot's runs are executed in.

            Examples:
              reprise image build digits.exp.yaml
              reprise image build Dockerfile
              reprise image build --snapshot 5c0e --tag digits:submitted
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(help: "The experiment, a Dockerfile or an Apptainer definition", completion: .file())
    var file: String?

    @Option(help: ArgumentHelp("Put the code of this snapshot into an image", valueName: "snapshot"))
    var snapshot: String?

    @Option(help: ArgumentHelp("With --snapshot: the step whose image it is built on", valueName: "name"))
    var step: String?

    @Option(help: ArgumentHelp("With --snapshot: one more name for the image", valueName: "name"))
    var tag: String?

    @Option(
        help: ArgumentHelp("Build with the engine of this target of the site", valueName: "target"),
        completion: .targets
    )
    var on: String?

    @Option(help: ArgumentHelp("Set a setting of the site (can be repeated)", valueName: "key=value"))
    var set: [String] = []

    func validate() throws {
        if (file == nil) == (snapshot == nil) { throw ValidationError("name a file or --snapshot, one of them") }
        if snapshot == nil, step != nil || tag != nil {
            throw ValidationError(
                "--step and --tag belong to --snapshot: an environment is named by its recipe's content"
            )
        }
    }

    private func isExperiment(_ file: String) -> Bool {
        [".yaml", ".yml", ".py", ".json"].contains { file.hasSuffix($0) }
    }

    func run(in session: Session) async throws {
        let display = session.display()
        var made: [MadeImage] = []
        if let file, isExperiment(file) {
            made = try await session.laboratory.imageBuild(file: file, target: on, settings: set) { display.show($0) }
        } else if let file {
            made = [
                try await session.laboratory.imageBuild(recipe: file, target: on, settings: set) { display.show($0) }
            ]
        } else if let snapshot {
            made = [
                try await session.laboratory.imageBake(
                    snapshot: snapshot,
                    step: step,
                    name: tag,
                    target: on,
                    settings: set
                ) { display.show($0) }
            ]
        }
        display.clear()
        guard !json.isOn else { return try session.console.document(Value(encoding: made)) }
        for image in made {
            try session.console.line(image.name)
            session.console.say(
                "\(image.isNew ? "built" : "is there"): \(image.image.reference), id \(image.image.id.short)"
            )
            for note in image.notes { session.console.say(note) }
        }
    }
}
