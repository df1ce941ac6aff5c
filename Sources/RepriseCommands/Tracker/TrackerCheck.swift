import ArgumentParser
import Reprise
import RepriseModel

struct TrackerCheck: Verb {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check whether the trackers of the site work from here",
        discussion: """
            Nothing is left behind there. Exit status 1 where one does not work.

            Examples:
              reprise tracker check
              reprise tracker check mlflow
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var settings: SettingOptions

    @Argument(help: "A tracker's number, kind or destination; all by default", completion: .trackers)
    var tracker: String?

    func run(in session: Session) async throws {
        let checks = try await session.laboratory.checkTrackers(tracker, settings: settings.set)
        if json.isOn {
            try session.console.document(.list(checks.map(value)))
        } else {
            for check in checks { try print(check, on: session.console) }
            if checks.isEmpty { session.console.say("the site names no trackers") }
        }
        if checks.contains(where: { $0.problem != nil }) { throw ExitCode(1) }
    }

    private func print(_ check: Reprise.TrackerCheck, on console: Console) throws {
        let name = "\(check.kind) \(check.destination)".harmless
        guard let problem = check.problem else {
            let found = check.found.joined(separator: ", ").harmless
            return try console.line("\(console.painted("ok     ", .green))  \(name): \(found)")
        }
        try console.line("\(console.painted("problem", .red))  \(name): \(problem.harmless)")
        if let fix = check.fix { try console.line("         fix: \(fix.harmless)") }
    }

    private func value(of check: Reprise.TrackerCheck) -> Value {
        [
            "kind": .string(check.kind), "destination": .string(check.destination),
            "works": .bool(check.problem == nil), "found": .list(check.found.map(Value.string)),
            "problem": check.problem.map(Value.string) ?? .null, "fix": check.fix.map(Value.string) ?? .null,
        ]
    }
}
