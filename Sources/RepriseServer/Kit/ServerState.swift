import RepriseModel
import RepriseStore
import RepriseSystem

/// What every route works with.
struct ServerState: Sendable {
    let store: Store
    let wallClock: any WallClock
    let entropy: any Entropy
    let limits: ServerLimits
    let statistics: ServerStatistics

    init(
        store: Store,
        wallClock: any WallClock,
        entropy: any Entropy,
        limits: ServerLimits = ServerLimits(),
        statistics: ServerStatistics = ServerStatistics()
    ) {
        self.store = store
        self.wallClock = wallClock
        self.entropy = entropy
        self.limits = limits
        self.statistics = statistics
    }

    var now: Timestamp { wallClock.now() }

    func newRunID() -> RunID {
        var generator = EntropyGenerator(entropy)
        return RunID(using: &generator)
    }
}

/// What the server takes from one client at a time.
struct ServerLimits: Sendable {
    /// Bytes of a JSON body.
    var body = 32 << 20
    /// Bytes of one artifact.
    var artifact: Int64 = 10 << 30
    /// Bytes of all headers together.
    var headers = 64 << 10
    /// Open connections; further ones wait in the kernel's queue.
    var connections = 4096
    /// How long a connection may be silent between requests, or between two parts of one.
    var idle: Duration = .seconds(75)
}
