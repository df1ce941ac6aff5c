/// What is known of a job that comes after others and has not begun. Pure.
struct SlurmPrecedence: Hashable, Sendable {
    /// Somebody of ours has taken it out of the queue, so that it can be submitted again.
    var isTakenBack = false
    /// One of those that it comes after ended, and not well.
    var hasFailedNeed = false
    /// It was taken out of the queue as one that can never begin.
    var isHopeless = false

    /// Whether it left the queue because of what it comes after, and nobody meant the job itself.
    func isGivenBack(_ row: SlurmRow) -> Bool {
        guard row.state.isEnd else { return false }
        if isTakenBack || isHopeless { return true }
        switch row.state {
        case .failed: return row.wait.map { $0 >> 8 == SlurmNeeds.status } ?? false
        // The accounts know no reason.
        case .cancelled: return hasFailedNeed || row.reason.isEmpty || row.reason == "DependencyNeverSatisfied"
        default: return false
        }
    }
}
