import OrderedCollections
import Reprise
import RepriseModel

/// Reads what `plot` draws.
struct PlotSource {
    let laboratory: Laboratory
    let runs: [RunID]
    /// All that the runs have, where it is empty.
    let metrics: [String]

    struct Picture {
        var records: [RunRecord]
        var keys: [String]
        var points: [RunID: [String: [MetricPoint]]]

        func series(of key: String) -> [(label: String, points: [MetricPoint])] {
            let names = records.map(\.request.name)
            return records.compactMap { record in
                guard let found = points[record.id]?[key] else { return nil }
                // Names are for people, and may be shared.
                let isUnique = names.filter { $0 == record.request.name }.count == 1
                return (isUnique ? record.request.name : "\(record.request.name) \(record.id.short)", found)
            }
        }
    }

    func read() async throws -> Picture {
        var records: [RunRecord] = []
        for run in runs { records.append(try laboratory.show(run)) }
        let known = Array(OrderedSet(records.flatMap { $0.metrics.map(\.key) }))
        try check(known)
        let keys = metrics.isEmpty ? known : metrics
        var points: [RunID: [String: [MetricPoint]]] = [:]
        for record in records {
            for summary in record.metrics where keys.contains(summary.key) {
                points[record.id, default: [:]][summary.key] =
                    try laboratory.points(record.id, key: summary.key, limit: 4000)
            }
        }
        return Picture(records: records, keys: keys, points: points)
    }

    private func check(_ known: [String]) throws {
        guard !known.isEmpty else {
            throw Mistake(
                "there is nothing to plot",
                why: "none of these runs has a metric",
                fix: "let the program append lines such as {\"loss\": 0.3} to $REPRISE_METRICS",
                code: "no-metrics"
            )
        }
        for metric in metrics where !known.contains(metric) {
            throw Mistake(
                "none of these runs has a metric `\(metric)`",
                why: "they have \(known.joined(separator: ", "))",
                fix: nearestName(to: metric, among: known).map { "did you mean `\($0)`?" },
                code: "unknown-metric"
            )
        }
    }
}
