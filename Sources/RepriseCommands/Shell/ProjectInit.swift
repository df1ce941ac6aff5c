import ArgumentParser
import Reprise

struct ProjectInit: Verb {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a first experiment and a site file, with comments",
        discussion: """
            Nothing that is there is overwritten, unless --force is given.

            Examples:
              reprise init
              reprise init --schema > experiment.schema.json
            """
    )

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Print the JSON Schema of experiment files instead, for editors")
    var schema = false

    @Flag(help: "Replace files that are there")
    var force = false

    func run(in session: Session) async throws {
        guard !schema else { return try session.console.text(Laboratory.schema()) }
        let written = try session.laboratory.scaffold(force: force)
        for path in written { try session.console.line(path) }
        if let file = written.first(where: { $0.hasSuffix(".exp.yaml") }) {
            session.console.say("now try `reprise run \(file)`, then `reprise list` and `reprise verify @last`")
        }
    }
}
