import ArgumentParser

struct SettingsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings",
        abstract: "Show the settings of the site, and where each comes from",
        subcommands: [SettingsShow.self, SettingsExplain.self, SettingsSchema.self]
    )
}
