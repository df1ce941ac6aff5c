import ArgumentParser
import RepriseModel
import RepriseSite

struct SettingsSchema: Verb {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of site files, for editors",
        discussion: """
            Examples:
              reprise settings schema > site.schema.json
            """
    )

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) async throws {
        try session.console.text(SiteSchema.value.json(pretty: true) + "\n")
    }
}
