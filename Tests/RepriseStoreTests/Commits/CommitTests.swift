import GRDB
import RepriseModel
import Synchronization
import Testing

@testable import RepriseStore

@Suite struct `Writes that share a transaction` {
    private struct Refused: Error, Equatable { var number: Int }

    @Test func `are on disk before they return, in what they return`() async throws {
        let fixture = try StoreFixture()
        let (store, other) = (fixture.store, try fixture.open())
        try await withThrowingTaskGroup { group in
            for number in 0..<200 {
                group.addTask {
                    let result = try await store.commit { database in
                        try database.remember(number)
                        return number
                    }
                    #expect(result == number)
                    #expect(try other.fact("f\(number)") == .integer(Int64(number)))
                }
            }
            try await group.waitForAll()
        }
        #expect(try store.remembered().count == 200)
    }

    @Test func `gather while another one has the connection, and cost one transaction`() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let counter = TransactionCounter()
        try await store.writer()
            .writeWithoutTransaction { $0.add(transactionObserver: counter, extent: .databaseLifetime) }
        let results = try await store.together(100) { try await store.remember($0) }
        #expect(results.count == 100)
        #expect(try store.remembered() == Set(0..<100))
        // One for the body that kept the connection.
        #expect(counter.count.withLock { $0 } == 2)
    }

    @Test func `a body that throws undoes itself and nobody else`() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let results = try await store.together(90) { number in
            try await store.commit { database in
                try database.remember(number)
                if number % 3 == 0 { throw Refused(number: number) }
                if number % 3 == 1 { try database.execute(sql: "INSERT INTO nowhere VALUES (1)") }
            }
        }
        for (number, result) in results {
            switch number % 3 {
            case 0: #expect(throws: Refused(number: number)) { try result.get() }
            case 1: #expect(throws: StoreError.self) { try result.get() }
            default: #expect(throws: Never.self) { try result.get() }
            }
        }
        #expect(try store.remembered() == Set((0..<90).filter { $0 % 3 == 2 }))
    }

    @Test func `an error of the commit itself reaches all of them, and nothing is written`() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let results = try await store.together(20) { number in
            try await store.commit { database in
                try database.remember(number)
                guard number == 7 else { return }
                // Breaks a rule that is checked by COMMIT.
                try database.execute(sql: "PRAGMA defer_foreign_keys = ON; INSERT INTO tag VALUES (999, 'a', 'b')")
            }
        }
        for result in results.values { #expect(throws: StoreError.self) { try result.get() } }
        #expect(try store.remembered().isEmpty)
        try await store.remember(1)
        #expect(try store.remembered() == [1])
    }

    @Test func `a full disk fails whoever is not on disk, and nobody else`() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        try await store.remember(1000)
        try await store.writer()
            .writeWithoutTransaction { database in
                let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
                try database.execute(sql: "PRAGMA max_page_count = \(pages + 20)")
            }
        let results = try await store.together(40) { number in
            try await store.commit { database in
                try database.remember(number)
                let text = String(repeating: "x", count: 10_000)
                try SQLQuery.run(database, "INSERT INTO fact VALUES (?1, ?2)", "x\(number)", text)
            }
        }
        let written = results.filter { if case .success = $0.value { true } else { false } }.keys
        let full = StoreError.diskFull(folder: store.folder.root)
        for number in 0..<40 where !written.contains(number) {
            #expect(throws: full) { try results[number]?.get() }
        }
        #expect(written.count < 40)
        #expect(try fixture.open().remembered() == Set(written).union([1000]))
    }

    @Test func `wait while another process writes, and are refused together when that takes too long`() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: store.folder.database, configuration: configuration)
        try await other.writeWithoutTransaction { try $0.beginTransaction(.immediate) }
        async let first: Void = store.remember(1)
        while store.commits.waitingCount > 0 { await Task.yield() }
        try await other.writeWithoutTransaction { try $0.commit() }
        try await first
        try await store.writer().writeWithoutTransaction { try $0.execute(sql: "PRAGMA busy_timeout = 1") }
        try await other.writeWithoutTransaction { try $0.beginTransaction(.immediate) }
        let queue = store.commits
        for number in 2..<5 {
            await #expect(throws: StoreError.busy(folder: store.folder.root)) { try await store.remember(number) }
        }
        try await other.writeWithoutTransaction { try $0.rollback() }
        try await store.remember(5)
        #expect(queue.waitingCount == 0)
        #expect(try store.remembered() == [1, 5])
    }

    @Test func `take turns with writes that share nothing`() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        try await withThrowingTaskGroup { group in
            for number in 0..<300 {
                group.addTask {
                    if number % 3 == 0 {
                        try store.write { try $0.remember(number) }
                    } else {
                        try await store.remember(number)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try store.remembered() == Set(0..<300))
    }

    @Test func `one that was cancelled before is refused, one that is cancelled later is written`() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await store.remember(1)
        }
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let results = try await store.together(10) { number in
            let task = Task { try await store.remember(number) }
            task.cancel()
            // Either it was refused before it waited, and then another takes its place, or it is written.
            if await task.result.failed { try await store.remember(number) }
        }
        #expect(results.count == 10)
        #expect(try store.remembered() == Set(0..<10))
    }
}

extension Result {
    fileprivate var failed: Bool { if case .failure = self { true } else { false } }
}
