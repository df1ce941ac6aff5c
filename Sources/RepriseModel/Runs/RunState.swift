/// Where a run, or one job of it, stands: `queued → submitted → running → finished | failed | cancelled | lost`.
public enum RunState: String, Hashable, Sendable, Codable, CaseIterable {
    /// Waits for room, for a step that it needs, or for a supervisor.
    case queued
    /// Handed to an engine that has not started it.
    case submitted
    case running
    /// Ended with exit status 0.
    case finished
    case failed
    case cancelled
    /// The engine no longer knows it and it left no exit record.
    case lost

    /// Nothing follows any more, except that a retry makes a new attempt.
    public var isEnded: Bool {
        switch self {
        case .queued, .submitted, .running: false
        case .finished, .failed, .cancelled, .lost: true
        }
    }
}

/// One change of state, with when and why.
public struct Transition: Hashable, Sendable, Codable {
    public var state: RunState
    public var at: Timestamp
    /// Why, where that is not plain: `exit status 3`, `time limit of 30 s`, `stopped by a person`.
    public var reason: String?

    public init(state: RunState, at: Timestamp, reason: String? = nil) {
        self.state = state
        self.at = at
        self.reason = reason
    }
}
