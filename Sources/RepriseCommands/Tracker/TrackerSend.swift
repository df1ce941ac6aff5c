import ArgumentParser
import Reprise
import RepriseModel
import Synchronization

struct TrackerSend: Verb {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Send what waits for the trackers now",
        discussion: """
            Named runs are put in first, for a tracker that was not there when they were made; what it has got already is \
            not sent again. Exit status 1 where something still waits at the end.

            Examples:
              reprise tracker send
              reprise tracker send --wait
              reprise tracker send --tracker mlflow launch:3f2a9b1c77d0
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var settings: SettingOptions

    @Flag(help: "Go on until everything has arrived")
    var wait = false

    @Option(
        help: ArgumentHelp("Send to this one alone: its number, kind or destination", valueName: "name"),
        completion: .trackers
    )
    var tracker: String?

    @Argument(help: "Runs to put in: ids, beginnings of ids, names, @last or launch:ID", completion: .runs)
    var runs: [String] = []

    func run(in session: Session) async throws {
        let laboratory = session.laboratory
        let chosen = runs.isEmpty ? [] : try laboratory.resolve(runs)
        let told = Mutex<[String: Int]>([:])
        let console = session.console
        let reports = try await laboratory.sendToTrackers(
            tracker,
            runs: chosen,
            isPatient: wait,
            settings: settings.set
        ) { destination, waiting in
            let isNews = told.withLock { $0.updateValue(waiting, forKey: destination) != waiting }
            if isNews, waiting > 0 {
                console.say("\(destination.harmless): \(waiting) \(waiting == 1 ? "run waits" : "runs wait")")
            }
        }
        if json.isOn {
            try console.document(.list(reports.map(\.value)))
        } else {
            for report in reports where report.waiting == 0 {
                console.say("\(report.destination.harmless): has everything")
            }
            if reports.isEmpty { console.say("the site names no trackers") }
            session.say(troublesOf: reports)
        }
        if reports.contains(where: { $0.waiting > 0 }) { throw ExitCode(1) }
    }
}
