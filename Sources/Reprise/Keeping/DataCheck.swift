import RepriseModel
import RepriseSnapshots
import RepriseSystem

/// Whether the data that runs count on are still what they were, asked before each run and after it.
///
/// Runs that start within two seconds of each other share one look, so that a sweep over a large folder of data does
/// not walk it a thousand times.
actor DataCheck {
    private let capture: DataCapture
    private let clock: any WallClock
    private var lookedAt: [DataItem: Timestamp] = [:]

    init(capture: DataCapture, clock: any WallClock) {
        self.capture = capture
        self.clock = clock
    }

    /// Throws where an item is not what the run's snapshot says.
    func before(_ request: RunRequest) async throws {
        guard let change = try await changes(of: request.data).first else { return }
        throw Mistake(
            "the data `\(change.item.name)` at `\(change.item.path)` changed after the run was queued",
            why: "queued with \(change.item.digest.short), \(Self.found(change))",
            fix: "bring the content back, or queue the run again",
            code: "data-changed"
        )
    }

    /// A note for each item that changed while the run may have read it.
    func after(_ request: RunRequest) async throws -> [String] {
        try await changes(of: request.data)
            .map { "the data `\($0.item.name)` changed while the run may have read them: \(Self.found($0))" }
    }

    private static func found(_ change: DataChange) -> String {
        change.found.map { "now \($0.digest.short)" } ?? "now missing"
    }

    private func changes(of items: [DataItem]) async throws -> [DataChange] {
        let now = clock.now()
        let due = items.filter { item in
            guard let last = lookedAt[item] else { return true }
            // A clock that jumped back must not switch the check off.
            return now < last || now.since(last) > .seconds(2)
        }
        if due.isEmpty { return [] }
        let changes = try await capture.check(due)
        let changed = Set(changes.map(\.item))
        for item in due where !changed.contains(item) { lookedAt[item] = now }
        return changes
    }
}
