import RepriseModel
import RepriseStore
import RepriseSystem

extension Laboratory {
    /// Marks runs that clients log as cancelled, as the clients themselves could; those that have ended stay as they are.
    /// Nobody can tell a client's program, so that one which is still there may log on. Returns how many were marked.
    public func endRunsOfClients(_ runs: [RunID]) async throws -> Int {
        let store = try store()
        let filter = RunFilter(states: [.queued, .submitted, .running], ids: runs)
        let open = try store.runs(matching: filter, including: []).filter { $0.origin != nil }
        for run in open {
            _ = try await store.updateRun(run.id, state: .cancelled, endedAt: world.wallClock.now())
        }
        return open.count
    }
}
