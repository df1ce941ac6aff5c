import GRDB
import Synchronization

/// Writes that wait for the next transaction. While one commits, others gather, and all of them share the one after it:
/// what costs is the flush to disk, and there is one for all.
final class CommitQueue: Sendable {
    /// A transaction ends after that many bodies even if more are waiting, so that the first need not wait for the last.
    static let mostInGroup = 512

    private struct State {
        var waiting: [WaitingCommit] = []
        /// A turn at the connection has been asked for and has not begun.
        var isScheduled = false
        var counts = CommitCounts()
    }

    private let state = Mutex(State())

    /// How many wait for a transaction that has not begun.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    var counts: CommitCounts { state.withLock { $0.counts } }

    func add(_ commit: WaitingCommit, to connection: DatabaseQueue) {
        let isFirst = state.withLock { state in
            state.waiting.append(commit)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if isFirst { schedule(connection) }
    }

    /// One turn takes one group: whoever writes without the queue gets a turn in between.
    private func schedule(_ connection: DatabaseQueue) {
        connection.asyncWriteWithoutTransaction { database in
            let (group, isMore) = self.state.withLock { state in
                let group = Array(state.waiting.prefix(Self.mostInGroup))
                state.waiting.removeFirst(group.count)
                state.isScheduled = !state.waiting.isEmpty
                state.counts.transactions += 1
                state.counts.writes += group.count
                return (group, state.isScheduled)
            }
            CommitGroup(group).commit(in: database)
            if isMore { self.schedule(connection) }
        }
    }
}

/// A body that waits for its transaction.
struct WaitingCommit: Sendable {
    /// Runs the body and keeps its result until it is told how the transaction ended.
    var perform: @Sendable (Database) -> PerformedCommit
    /// Tells whoever waits that there was no transaction.
    var fail: @Sendable (any Error) -> Void

    init<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result,
        _ resume: @escaping @Sendable (Swift.Result<Result, any Error>) -> Void
    ) {
        perform = { database in
            let result = Swift.Result { try body(database) }
            var error: (any Error)?
            if case .failure(let failure) = result { error = failure }
            return PerformedCommit(error: error) { resume($0.map { .failure($0) } ?? result) }
        }
        fail = { resume(.failure($0)) }
    }
}

/// A body that has run.
struct PerformedCommit {
    /// What it threw; its changes are to be undone.
    var error: (any Error)?
    /// Tells whoever waits: the body's own result, or an error of the transaction.
    var resume: ((any Error)?) -> Void
}
