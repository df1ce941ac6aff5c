import ArgumentParser
import Reprise
import RepriseModel

struct RunList: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List runs, the newest first",
        discussion: """
            Columns: id, name, state, age, time, exit, reason, project, experiment, launch, target, snapshot, tags, \
            created, started, ended, variant, repeat, code (snapshot or working tree), any parameter by its name, any \
            metric as metrics.NAME (its last value).

            Examples:
              reprise list --state running --watch
              reprise list --where 'lr < 0.1 and metrics.accuracy.max > 0.9' --sort -metrics.accuracy
              reprise list --columns id,lr,metrics.loss --limit 10
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var filter: FilterOptions
    @OptionGroup var json: JSONOption

    @Option(help: ArgumentHelp("What to show, with commas", valueName: "names"))
    var columns: String?

    @Flag(name: .shortAndLong, help: "Show the list anew every second until Ctrl-C")
    var watch = false

    func validate() throws {
        if watch, json.isOn {
            throw ValidationError("--watch is for people and --json for programs; `reprise watch --json` tells changes")
        }
    }

    func run(in session: Session) async throws {
        guard watch else { return try await show(session) }
        guard session.console.outputIsTerminal else {
            throw Mistake(
                "--watch needs a terminal",
                fix: "use `reprise watch`, which prints a line a change",
                code: "no-terminal"
            )
        }
        let clock = session.context.clock
        let region = LiveRegion(session.console.output, width: session.console.width, clock: ContinuousClock())
        while true {
            let lines = try await table(session)
            region.draw { lines }
            try await clock.sleep(for: .seconds(1))
        }
    }

    private func show(_ session: Session) async throws {
        let console = session.console
        if json.isOn {
            return try console.document(.list(try session.laboratory.list(filter.listFilter).map(\.value)))
        }
        for line in try await table(session) { try console.line(line) }
    }

    private func table(_ session: Session) async throws -> [String] {
        let console = session.console
        let rows = try session.laboratory.list(filter.listFilter)
        let names = columns?.split(separator: ",").map(String.init)
        let view = RunTableView(rows: rows, now: session.now, columns: names)
        try view.check()
        if rows.isEmpty { console.say("no run matches") }
        // A live region leaves the last column free.
        let width = console.tableWidth.map { watch ? $0 - 1 : $0 }
        return view.table(width: width)
            .lines(
                width: width,
                isUnicode: console.isUnicode,
                isColoured: console.outputIsColoured
            )
    }
}

/// Which runs a list is about.
struct FilterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only runs in this state (can be repeated)", valueName: "state"))
    var state: [RunState] = []

    @Option(help: ArgumentHelp("Only runs of this project", valueName: "name"))
    var project: String?

    @Option(help: ArgumentHelp("Only runs of this experiment", valueName: "name"))
    var experiment: String?

    @Option(help: ArgumentHelp("Only runs of this launch", valueName: "id"))
    var launch: String?

    @Option(help: ArgumentHelp("Only runs with this tag (can be repeated)", valueName: "tag"))
    var tag: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only runs for which this holds; `reprise query --help` tells the language",
            valueName: "expression"
        )
    )
    var `where`: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("At most so many; 0 for all", valueName: "count"))
    var limit = 50

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Order by a name of the query language, descending with a - before it", valueName: "name")
    )
    var sort: String?

    @Flag(help: "Only deleted runs")
    var deleted = false

    func validate() throws {
        if limit < 0 { throw ValidationError("--limit takes 0 or more, not \(limit)") }
    }

    var listFilter: ListFilter {
        ListFilter(
            states: state.isEmpty ? nil : Set(state),
            project: project,
            experiment: experiment,
            launch: launch,
            tags: tag,
            expression: `where`,
            deleted: deleted,
            limit: limit == 0 ? nil : limit,
            sort: sort
        )
    }
}

extension RunState: ExpressibleByArgument {}
