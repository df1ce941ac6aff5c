import Synchronization

/// What the server counts of itself, for `/metrics`.
final class ServerStatistics: Sendable {
    private let connections = Atomic<Int>(0)
    private let points = Atomic<Int>(0)
    private let routes = Mutex<[RouteStatistics]>([])

    /// A new line of counts; asked for once for each route, when the server starts.
    func route(_ method: String, _ path: String) -> RouteStatistics {
        let route = RouteStatistics(method: method, path: path)
        routes.withLock { $0.append(route) }
        return route
    }

    var connectionCount: Int { connections.load(ordering: .relaxed) }
    /// Metric points that clients sent and that are on disk, repeated ones included.
    var pointCount: Int { points.load(ordering: .relaxed) }

    func noteConnection(opened: Bool) { connections.add(opened ? 1 : -1, ordering: .relaxed) }
    func notePoints(_ count: Int) { points.add(count, ordering: .relaxed) }

    var allRoutes: [RouteStatistics] { routes.withLock { $0 } }
}

/// The counts of one route.
final class RouteStatistics: Sendable {
    struct Counts: Sendable {
        var statuses: [Int: Int] = [:]
        /// Requests by time, each counted in the first bound that it does not exceed.
        var buckets = [Int](repeating: 0, count: RouteStatistics.bounds.count + 1)
        var total: Duration = .zero

        var requests: Int { statuses.values.reduce(0, +) }
    }

    /// Upper ends of the histogram, in microseconds.
    static let bounds = [
        500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000, 30_000_000,
    ]

    let method: String
    let path: String
    private let kept = Mutex(Counts())

    init(method: String, path: String) {
        self.method = method
        self.path = path
    }

    var counts: Counts { kept.withLock { $0 } }

    func note(status: Int, took: Duration) {
        let bucket = Self.bounds.firstIndex { took <= .microseconds($0) } ?? Self.bounds.count
        kept.withLock { counts in
            counts.statuses[status, default: 0] += 1
            counts.buckets[bucket] += 1
            counts.total += took
        }
    }
}
