import Foundation
import GRDB
import RepriseModel
import Synchronization

@testable import RepriseStore

/// Counts the transactions of a connection.
final class TransactionCounter: TransactionObserver, Sendable {
    let count = Mutex(0)

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseWillCommit() { count.withLock { $0 += 1 } }
    func databaseDidCommit(_ database: Database) {}
    func databaseDidRollback(_ database: Database) {}
}

extension Store {
    /// Calls `body` for every number at once, while another body keeps the connection until all of them wait.
    func together<Value: Sendable>(
        _ count: Int,
        _ body: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> [Int: Result<Value, any Error>] {
        let isKept = Mutex(false)
        async let keeping: Void = commit { _ in
            isKept.withLock { $0 = true }
            while self.commits.waitingCount < count { Thread.sleep(forTimeInterval: 0.001) }
        }
        while !isKept.withLock({ $0 }) { await Task.yield() }
        let results = await withTaskGroup { group in
            for number in 0..<count {
                group.addTask {
                    do {
                        return (number, Result<Value, any Error>.success(try await body(number)))
                    } catch {
                        return (number, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        try await keeping
        return results
    }

    /// Remembers a number under the name `f…`, in a shared transaction.
    func remember(_ number: Int) async throws { try await commit { try $0.remember(number) } }

    func remembered() throws -> Set<Int> {
        try read { database in
            Set(try String.fetchAll(database, sql: "SELECT name FROM fact").compactMap { Int($0.dropFirst()) })
        }
    }
}

extension Database {
    func remember(_ number: Int) throws {
        try SQLQuery.run(self, "INSERT OR REPLACE INTO fact VALUES (?1, ?2)", "f\(number)", String(number))
    }
}
