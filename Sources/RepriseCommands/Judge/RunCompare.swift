import ArgumentParser
import Reprise
import RepriseComparison
import RepriseModel

struct RunCompare: Verb {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Put runs side by side: parameters, code, environment, data, metrics, outputs",
        discussion: """
            What differs is printed; --all prints what does not, too. Exit status 0 where nothing differs, 1 where \
            something does, 2 where it could not be decided.

            Examples:
              reprise compare 3f2a 9b1c
              reprise compare launch:3f2a9b1c77d0 --all
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var selection: RunSelection
    @OptionGroup var json: JSONOption

    @Flag(help: "Print what is the same, too")
    var all = false

    @Flag(help: "Leave the curves out")
    var noCurves = false

    func run(in session: Session) async throws {
        let laboratory = session.laboratory
        let runs = try laboratory.resolve(selection.runs)
        guard runs.count > 1 else {
            throw Mistake(
                "`compare` needs two different runs or more",
                why: "these are \(runs.count)",
                fix: "name another run beside it; `reprise list` shows them",
                code: "too-few-runs"
            )
        }
        let comparison = try laboratory.compare(runs)
        if json.isOn {
            try session.console.document(Value(encoding: comparison))
        } else {
            try print(comparison, session.console)
            if !noCurves { try await draw(comparison, session) }
        }
        if comparison.differs { throw ExitCode(1) }
    }

    private func print(_ comparison: RunComparison, _ console: Console) throws {
        var table = Table([.init("what")] + comparison.runs.map { .init($0.short) })
        for section in RunComparison.Section.allCases {
            let rows = comparison.rows.filter { $0.section == section && (all || $0.differs) }
            for row in rows {
                let paint: Paint? = row.differs ? nil : .faint
                let name = row.name == section.rawValue ? row.name : "\(section.rawValue) \(row.name)"
                table.rows.append([.init(name, paint)] + row.cells.map { .init($0 == .null ? "" : $0.text, paint) })
            }
        }
        if table.rows.isEmpty { return console.say("nothing differs") }
        try console.print(table)
    }

    /// The curves of the series that differ, the first few.
    private func draw(_ comparison: RunComparison, _ session: Session) async throws {
        let laboratory = session.laboratory
        var records: [RunRecord] = []
        for run in comparison.runs.prefix(8) { records.append(try laboratory.show(run)) }
        let keys = comparison.rows.filter { $0.section == .metrics && $0.differs }.map(\.name)
        for key in keys.prefix(3) {
            var series: [(String, [MetricPoint])] = []
            for record in records where record.metrics.contains(where: { $0.key == key && $0.count > 2 }) {
                let points = try laboratory.points(record.id, key: key, limit: 2000)
                series.append(("\(record.id.short) \(record.request.name)", points))
            }
            if !series.isEmpty { try CurveDrawing(console: session.console).draw(series, key: key) }
        }
    }
}
