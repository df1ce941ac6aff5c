import ArgumentParser
import OrderedCollections
import Reprise
import RepriseModel
import RepriseStore

struct RunQuery: Verb {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Find runs by an expression over parameters, metrics, tags, state and times",
        discussion: """
            Names: any parameter (lr, optimizer.name); metrics.NAME and metrics.NAME.min, .max, .last, .count, .step; \
            tags.NAME; id, name, project, experiment, launch, target, state, snapshot, variant, replicate, exit_status, \
            reason, created, started, ended, duration (seconds); tag("NAME"). Operators: < <= > >= == != and or not in \
            ( ). With --sql one read-only SQL statement over the documented views.

            Examples:
              reprise query 'lr < 0.1 and metrics.accuracy.max > 0.9 or tag("baseline")'
              reprise query --sql 'SELECT state, count(*) FROM runs GROUP BY state'
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(help: "The expression, or the SQL statement")
    var expression: String

    @Flag(help: "Read the text as SQL")
    var sql = false

    @Option(help: ArgumentHelp("At most so many; 0 for all", valueName: "count"))
    var limit = 0

    func run(in session: Session) async throws {
        guard !sql else { return try await select(session) }
        let filter = ListFilter(expression: expression, limit: limit > 0 ? limit : nil)
        let rows = try session.laboratory.list(filter)
        guard !json.isOn else { return try session.console.document(.list(rows.map(\.value))) }
        if rows.isEmpty { session.console.say("no run matches") }
        try session.console.print(RunTableView(rows: rows, now: session.now).table(width: session.console.tableWidth))
    }

    private func select(_ session: Session) async throws {
        let result = try session.laboratory.sql(expression, limit: limit > 0 ? limit : 100_000)
        if result.isTruncated { session.console.say("more rows than the limit; --limit COUNT shows others") }
        guard !json.isOn else {
            let rows = result.rows.map { row in
                Value.map(Mapping(zip(result.columns, row).map { ($0, $1) }) { first, _ in first })
            }
            return try session.console.document(.list(rows))
        }
        let columns = result.columns.enumerated()
            .map { index, name in
                let isNumber = result.rows.contains { $0[index].doubleValue != nil }
                return Table.Column(name, isNumber ? .right : .left)
            }
        let rows = result.rows.map { row in row.map { Table.Cell($0 == .null ? "" : $0.text) } }
        try session.console.print(Table(columns, rows: rows))
    }
}
