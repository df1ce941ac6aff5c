import GRDB

extension Store {
    /// Runs `body` in a transaction that it shares with whoever else writes at that time; returns when it is on disk.
    ///
    /// An error of the body undoes what this body did and nothing else; when the transaction itself fails (no room, another
    /// process's lock), everybody in it gets that error and nothing of it was written. Bodies run one after another, in the
    /// order in which they came, and no thread of the caller waits. A task that is cancelled before is refused; one that is
    /// cancelled later still waits for its outcome. The body must not write by any other way than its `Database`.
    package func commit<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        let connection = try explained { try writer() }
        do {
            return try await withCheckedThrowingContinuation { continuation in
                commits.add(WaitingCommit(body) { continuation.resume(with: $0) }, to: connection)
            }
        } catch let error as DatabaseError {
            throw StoreError(error, folder: folder.root)
        }
    }
}
