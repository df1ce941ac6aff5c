import OrderedCollections
import RepriseModel

/// Runs as rows with a column for every parameter and metric that any of them has, for `export` as CSV.
struct RunTable {
    let runs: [RunRecord]

    /// RFC 4180: commas, CRLF line ends, quotes doubled. A cell is empty where the run has no such value.
    var csv: String {
        let parameters = OrderedSet(runs.flatMap { $0.request.parameters.map(\.name) })
        let metrics = OrderedSet(runs.flatMap { $0.metrics.map(\.key) })
        var lines = [
            fixed.map(\.name) + parameters.map { "parameters.\($0)" } + metrics.map { "metrics.\($0)" }
        ]
        for run in runs {
            let values = Dictionary(run.request.parameters.map { ($0.name, $0.value) }) { first, _ in first }
            let last = Dictionary(run.metrics.map { ($0.key, $0.last) }) { first, _ in first }
            lines.append(
                fixed.map { $0.cell(run) } + parameters.map { values[$0]?.text ?? "" }
                    + metrics.map { last[$0].map { Value.number($0).text } ?? "" }
            )
        }
        return lines.map { $0.map(quoted).joined(separator: ",") }.joined(separator: "\r\n") + "\r\n"
    }

    private var fixed: [(name: String, cell: (RunRecord) -> String)] {
        [
            ("id", { $0.id.description }),
            ("name", { $0.request.name }),
            ("project", { $0.request.project }),
            ("experiment", { $0.request.experiment }),
            ("state", { $0.state.rawValue }),
            ("started", { $0.startedAt?.description ?? "" }),
            ("ended", { $0.endedAt?.description ?? "" }),
            ("exit_status", { $0.exitStatus.map(String.init) ?? "" }),
            ("seed", { $0.origin == nil ? $0.request.seed.description : "" }),
            ("snapshot", { $0.request.snapshot?.description ?? "" }),
        ]
    }

    private func quoted(_ cell: String) -> String {
        guard cell.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return cell }
        return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
