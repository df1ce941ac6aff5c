import ArgumentParser
import Reprise
import RepriseModel
import RepriseSite

struct SettingsExplain: Verb {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show every layer that sets a key, and which one won",
        discussion: """
            Examples:
              reprise settings explain target.slots
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(help: "The setting's dotted name")
    var key: String

    @Option(help: ArgumentHelp("Set a setting of the site (can be repeated)", valueName: "key=value"))
    var set: [String] = []

    func run(in session: Session) async throws {
        let explanation = try session.laboratory.settingsExplain(key, overrides: set)
        let console = session.console
        guard !json.isOn else { return try console.document(value(of: explanation)) }
        try console.line("\(console.painted(explanation.name, .bold))  \(explanation.help)")
        try console.line("takes \(explanation.expectation); in the environment as \(explanation.variable)")
        let rows = explanation.rows.map { row -> [Table.Cell] in
            let paint: Paint? = row.wins ? .green : .faint
            let text = row.value == nil ? "(taken away)" : row.text
            return [
                .init(row.wins ? "wins" : "", paint), .init(row.layer.name, paint), .init(text, paint),
                .init(row.place?.description ?? "", paint),
            ]
        }
        guard !rows.isEmpty else { return console.say("no layer sets it") }
        try console.print(Table([.init(""), .init("layer"), .init("value"), .init("where")], rows: rows))
    }

    private func value(of explanation: SettingExplanation) -> Value {
        [
            "name": .string(explanation.name), "help": .string(explanation.help),
            "takes": .string(explanation.expectation), "variable": .string(explanation.variable),
            "layers": .list(
                explanation.rows.map { row in
                    [
                        "layer": .string(row.layer.name), "value": row.value ?? .null, "wins": .bool(row.wins),
                        "place": row.place.map { .string($0.description) } ?? .null,
                    ]
                }
            ),
        ]
    }
}
