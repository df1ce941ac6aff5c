import ArgumentParser
import Reprise
import RepriseModel

struct TrackerList: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the trackers, how much waits for each, and why"
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var settings: SettingOptions

    func run(in session: Session) async throws {
        let reports = try session.laboratory.trackers(settings: settings.set)
        guard !json.isOn else { return try session.console.document(.list(reports.map(\.value))) }
        try session.console.print(TrackerReport.table(reports, now: session.now))
        session.say(troublesOf: reports)
    }
}
