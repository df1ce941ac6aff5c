import ArgumentParser
import Reprise
import RepriseModel
import RepriseSite

struct SettingsShow: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show every setting as it holds, with the layer that won",
        discussion: """
            Examples:
              reprise settings show --set targets.local.slots=4
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Option(help: ArgumentHelp("Set a setting of the site (can be repeated)", valueName: "key=value"))
    var set: [String] = []

    func run(in session: Session) async throws {
        let settings = try session.laboratory.settingsShow(overrides: set)
        guard !json.isOn else { return try session.console.document(.list(settings.map(value))) }
        let rows = settings.map { setting -> [Table.Cell] in
            let origin = setting.place.map(\.description) ?? setting.layer?.name ?? ""
            return [.init(setting.name), .init(setting.value == nil ? "" : setting.text), .init(origin, .faint)]
        }
        try session.console.print(Table([.init("setting"), .init("value"), .init("from")], rows: rows))
    }

    private func value(of setting: EffectiveSetting) -> Value {
        [
            "name": .string(setting.name), "value": setting.value ?? .null,
            "layer": setting.layer.map { .string($0.name) } ?? .null,
            "place": setting.place.map { .string($0.description) } ?? .null, "help": .string(setting.help),
        ]
    }
}
