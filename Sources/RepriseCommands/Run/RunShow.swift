import ArgumentParser
import Reprise
import RepriseModel

struct RunShow: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show everything that is kept of runs, with their curves",
        discussion: """
            Examples:
              reprise show @last
              reprise show 3f2a --json
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var selection: RunSelection
    @OptionGroup var json: JSONOption

    @Flag(help: "Leave the curves out")
    var noCurves = false

    func run(in session: Session) async throws {
        let laboratory = session.laboratory
        let console = session.console
        let runs = try laboratory.resolve(selection.runs, includingDeleted: true)
        for (index, id) in runs.enumerated() {
            let record = try laboratory.show(id)
            guard !json.isOn else {
                // Several runs are a stream of objects, one is a document.
                let value = try Value(encoding: record)
                try runs.count == 1 ? console.document(value) : console.object(value)
                continue
            }
            if index > 0 { try console.line("") }
            let view = RunView(
                record: record,
                folder: try laboratory.folder(of: id),
                console: console,
                now: session.now
            )
            for line in view.lines { try console.line(line) }
            guard !noCurves else { continue }
            for summary in record.metrics.filter({ $0.count > 2 }).prefix(6) {
                let points = try laboratory.points(id, key: summary.key, limit: 2000)
                try CurveDrawing(console: console).draw([(record.request.name, points)], key: summary.key)
            }
        }
    }
}
