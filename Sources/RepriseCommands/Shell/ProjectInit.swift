import ArgumentParser
import Reprise

struct ProjectInit: Verb {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a first experiment and a site file, with comments",
        discussion: """
            Nothing that is there is overwritten, unless --force is given. With --recipe, the environment comes from a recipe
            that is written beside them, or alone where there is an experiment already:
            \(RecipeTemplate.list)

            Examples:
              reprise init
              reprise init --recipe python
              reprise init --schema > experiment.schema.json
            """
    )

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Print the JSON Schema of experiment files instead, for editors")
    var schema = false

    @Option(
        help: ArgumentHelp("Write the recipe of an image, too", valueName: "template"),
        completion: .list(RecipeTemplate.all.map(\.name))
    )
    var recipe: String?

    @Flag(help: "Replace files that are there")
    var force = false

    func run(in session: Session) async throws {
        guard !schema else { return try session.console.text(Laboratory.schema()) }
        let written = try session.laboratory.scaffold(force: force, recipe: recipe)
        for path in written { try session.console.line(path) }
        if let recipe, !written.contains(where: { $0.hasSuffix(".exp.yaml") }) {
            let lines = try Laboratory.declaration(ofRecipe: recipe)
            session.console.say(
                "now add to the experiment:\n\(lines)\nand build it with `reprise image build FILE`, or just run it"
            )
        }
        if let file = written.first(where: { $0.hasSuffix(".exp.yaml") }) {
            session.console.say("now try `reprise run \(file)`, then `reprise list` and `reprise verify @last`")
        }
    }
}

extension RecipeTemplate {
    /// Each with what it is for, a line each.
    fileprivate static var list: String {
        let width = all.map(\.name.count).max() ?? 0
        return all.map { "  " + $0.name + String(repeating: " ", count: width - $0.name.count + 2) + $0.about }
            .joined(separator: "\n")
    }
}
