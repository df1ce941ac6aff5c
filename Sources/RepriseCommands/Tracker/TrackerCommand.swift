import ArgumentParser

struct TrackerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tracker",
        abstract: "Show, check and feed the places to which runs are also sent",
        discussion: """
            Parameters, metrics, tags and outputs of every run go to the trackers of the site while it runs. A tracker \
            that is down loses nothing: what it has not got waits in the store.
            """,
        subcommands: [TrackerList.self, TrackerCheck.self, TrackerSend.self, TrackerForget.self]
    )
}

/// `--set`, for commands that need the settings a run was started with.
struct SettingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Set a setting of the site (can be repeated)", valueName: "key=value"))
    var set: [String] = []
}
