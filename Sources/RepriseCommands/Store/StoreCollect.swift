import ArgumentParser
import Reprise
import RepriseModel
import RepriseStore

struct StoreCollect: Verb {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Free the space of deleted runs and of what no kept run needs",
        discussion: """
            Runs that were deleted longer ago than --keep days go for good, with outputs, snapshots and logs that no \
            other run needs.

            Examples:
              reprise gc --dry-run
              reprise gc --keep 0
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Flag(name: [.customLong("dry-run"), .customShort("n")], help: "Tell what would go, and remove nothing")
    var dryRun = false

    @Option(
        name: .customLong("keep"),
        parsing: .unconditional,
        help: ArgumentHelp("Keep what was deleted within so many days", valueName: "days")
    )
    var keepDays = 7

    func validate() throws {
        guard Laboratory.keepDays.contains(keepDays) else {
            let most = Laboratory.keepDays.upperBound
            throw ValidationError("--keep takes 0 to \(most) days (a hundred years), not \(keepDays)")
        }
    }

    func run(in session: Session) async throws {
        let report = try await session.laboratory.collectGarbage(dryRun: dryRun, keepDays: keepDays)
        guard !json.isOn else { return try session.console.document(report.value(dryRun: dryRun)) }
        let verb = dryRun ? "would free" : "freed"
        try session.console.line("\(verb) \(Quantities.text(bytes: report.bytes)): \(report.words)")
    }
}
