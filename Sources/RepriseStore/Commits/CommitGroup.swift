import GRDB

/// Bodies that share one transaction.
struct CommitGroup {
    private let waiting: [WaitingCommit]

    init(_ waiting: [WaitingCommit]) { self.waiting = waiting }

    /// Runs every body, flushes, and then tells all of them. A body that throws is undone alone. What breaks the transaction
    /// itself reaches everybody in it.
    func commit(in database: Database) {
        guard !waiting.isEmpty else { return }
        do {
            try SQLQuery.run(database, "BEGIN IMMEDIATE")
        } catch {
            for commit in waiting { commit.fail(error) }
            return
        }
        var performed: [PerformedCommit] = []
        performed.reserveCapacity(waiting.count)
        do {
            for commit in waiting { try perform(commit, into: &performed, in: database) }
            try SQLQuery.run(database, "COMMIT")
            for commit in performed { commit.resume(nil) }
        } catch {
            if database.isInsideTransaction { try? SQLQuery.run(database, "ROLLBACK") }
            for commit in performed { commit.resume(commit.error ?? error) }
            for commit in waiting.dropFirst(performed.count) { commit.fail(error) }
        }
    }

    private func perform(
        _ commit: WaitingCommit,
        into performed: inout [PerformedCommit],
        in database: Database
    ) throws {
        let isAlone = waiting.count == 1
        if !isAlone { try SQLQuery.run(database, "SAVEPOINT one") }
        let done = commit.perform(database)
        performed.append(done)
        if isAlone {
            if let error = done.error { throw error }
            return
        }
        // A full disk, among others, makes SQLite undo the whole transaction.
        if let error = done.error, !database.isInsideTransaction { throw error }
        if done.error != nil { try SQLQuery.run(database, "ROLLBACK TO one") }
        try SQLQuery.run(database, "RELEASE one")
    }
}
