import ArgumentParser
import Reprise
import RepriseModel

struct TrackerForget: Verb {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Forget a tracker that is no more, and what waits for it",
        discussion: """
            What has arrived there stays there. One that the site still names begins anew with the next run.

            Examples:
              reprise tracker forget 2
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var settings: SettingOptions

    @Argument(help: "The tracker's number, kind or destination", completion: .trackers)
    var tracker: String

    func run(in session: Session) async throws {
        let report = try session.laboratory.forgetTracker(tracker, settings: settings.set)
        if json.isOn { return try session.console.document(report.value) }
        let runs = "\(report.waiting) \(report.waiting == 1 ? "run" : "runs")"
        session.console.say("forgot \(report.kind) \(report.destination.harmless), for which \(runs) waited")
    }
}
