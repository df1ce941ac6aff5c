import ArgumentParser
import Reprise

/// What `run --detach` starts in the background.
struct Supervise: Verb {
    static let configuration = CommandConfiguration(
        commandName: "supervise",
        abstract: "Drive the queued runs of a store until none is left",
        shouldDisplay: false
    )

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("Set a setting of the site (can be repeated)", valueName: "key=value"))
    var set: [String] = []

    func run(in session: Session) async throws { try await session.laboratory.superviseInBackground(settings: set) }
}
