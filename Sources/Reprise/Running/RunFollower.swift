import RepriseModel
import RepriseStore

/// Tells how runs fare by what is written down about them, whoever supervises them.
actor RunFollower {
    private let store: Store
    private var open: Set<RunID>
    private let wanted: Set<RunID>
    private var place: Int64

    init(store: Store, runs: Set<RunID>) throws {
        self.store = store
        wanted = runs
        // Before the states are read, so that no change falls between the two.
        place = try store.lastTransition()
        let filter = RunFilter(states: [.queued, .submitted, .running])
        open = runs.intersection(try store.runs(matching: filter, including: []).map(\.id))
    }

    /// Whether any of these runs has not ended, as far as was told.
    func isOpen(anyOf runs: Set<RunID>) -> Bool { !open.isDisjoint(with: runs) }

    /// Tells what changed since the last time. False when all of the runs have ended.
    func poll(_ tell: @Sendable (ProgressEvent) -> Void) throws -> Bool {
        for change in try store.transitions(after: place) {
            place = change.number
            guard wanted.contains(change.run) else { continue }
            let transition = change.transition
            tell(.runChanged(change.run, transition.state, reason: transition.reason))
            if transition.state.isEnded { open.remove(change.run) } else { open.insert(change.run) }
        }
        return !open.isEmpty
    }
}
