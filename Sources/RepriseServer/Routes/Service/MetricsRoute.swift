import Hummingbird
import RepriseModel
import RepriseStore
import RepriseSystem

/// The server's own numbers in the text format of Prometheus.
let metricsRoutes: [HTTPRoute] = [
    HTTPRoute(.get, "/metrics") { _, state in
        Response(
            text: exposition(
                of: state.statistics,
                commits: state.store.commitCounts,
                resident: ProcessTable().facts(of: processID())?.resident ?? 0
            ),
            contentType: "text/plain; version=0.0.4; charset=utf-8"
        )
    }
]

func exposition(of statistics: ServerStatistics, commits: CommitCounts, resident: Int64) -> String {
    var text = PrometheusText()
    let routes = statistics.allRoutes.map { ($0, $0.counts) }.filter { $0.1.requests > 0 }
    text.describe("reprise_requests_total", "counter", "Requests answered, by route and status.")
    for (route, counts) in routes {
        for (status, count) in counts.statuses.sorted(by: { $0.key < $1.key }) {
            text.sample("reprise_requests_total", route.labels + [("status", "\(status)")], "\(count)")
        }
    }
    text.describe("reprise_request_seconds", "histogram", "Time from a request's head to its answer.")
    for (route, counts) in routes { text.histogram("reprise_request_seconds", route.labels, counts) }
    text.single("reprise_open_connections", "gauge", "Connections that are open.", statistics.connectionCount)
    text.single("reprise_points_total", "counter", "Metric points taken in and on disk.", statistics.pointCount)
    text.single("reprise_transactions_total", "counter", "Transactions that went to disk.", commits.transactions)
    text.single("reprise_writes_total", "counter", "Writes that shared these transactions.", commits.writes)
    text.single("process_resident_memory_bytes", "gauge", "Main memory of the server.", Int(resident))
    return text.text
}

extension RouteStatistics {
    fileprivate var labels: [(String, String)] { [("method", method), ("route", path)] }
}

/// Lines of the text format of Prometheus.
private struct PrometheusText {
    private(set) var text = ""

    mutating func describe(_ name: String, _ kind: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
    }

    /// No label's value has a quote, a backslash or a line end: they are the server's own.
    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        let pairs = labels.map { "\($0)=\"\($1)\"" }.joined(separator: ",")
        text += pairs.isEmpty ? "\(name) \(value)\n" : "\(name){\(pairs)} \(value)\n"
    }

    mutating func single(_ name: String, _ kind: String, _ help: String, _ value: Int) {
        describe(name, kind, help)
        sample(name, [], "\(value)")
    }

    mutating func histogram(_ name: String, _ labels: [(String, String)], _ counts: RouteStatistics.Counts) {
        var sum = 0
        for (bound, count) in zip(RouteStatistics.bounds, counts.buckets) {
            sum += count
            sample("\(name)_bucket", labels + [("le", "\(Double(bound) / 1_000_000)")], "\(sum)")
        }
        sample("\(name)_bucket", labels + [("le", "+Inf")], "\(counts.requests)")
        sample("\(name)_sum", labels, "\(counts.total / .seconds(1))")
        sample("\(name)_count", labels, "\(counts.requests)")
    }
}
