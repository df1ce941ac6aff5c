import Foundation
import GRDB
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseStore

@Suite struct `Opening a store` {
    @Test func `there is none until one is made`() throws {
        let fixture = try StoreFixture()
        let elsewhere = fixture.folder + "/other/.reprise"
        #expect(throws: StoreError.missing(start: fixture.folder + "/other")) { try Store.open(elsewhere) }
        #expect(try !LiveFileSystem().exists(elsewhere))
    }

    @Test func `it is found by walking up`() throws {
        let fixture = try StoreFixture()
        let files = LiveFileSystem()
        try files.makeFolder(fixture.folder + "/a/b")
        #expect(try StoreFolder.find(from: fixture.folder + "/a/b", files)?.root == fixture.folder + "/.reprise")
        #expect(try StoreFolder.find(from: "/proc/nowhere/at/all", files) == nil)
    }

    @Test func `one that may only be looked at is no place for runs`() throws {
        let fixture = try StoreFixture()
        try fixture.store.expectWritable()
        let store = try Store.open(fixture.store.folder.root, files: FailingFileSystem(isReadOnly: true))
        #expect(!store.isWritable)
        let error = #expect(throws: StoreError.self) { try store.expectWritable() }
        #expect(
            error?.what.contains("cannot write in the store") == true && error?.fix?.contains("REPRISE_HOME") == true
        )
    }

    @Test func `a newer format is refused with both numbers`() throws {
        let fixture = try StoreFixture()
        try connect(to: fixture.store.folder).inDatabase { try $0.execute(sql: "PRAGMA user_version = 999") }
        let error = try #require(throws: StoreError.self) { try fixture.open() }
        #expect(error == .newer(folder: fixture.store.folder.root, version: 999, known: migrationList.count))
        #expect(error.description.contains("use the newer `reprise`"))
    }

    @Test func `a database of something else is left alone`() throws {
        let fixture = try StoreFixture()
        let folder = StoreFolder(fixture.folder + "/other")
        try LiveFileSystem().makeFolder(folder.root)
        try connect(to: folder).inDatabase { try $0.execute(sql: "CREATE TABLE theirs (a)") }
        #expect(throws: StoreError.notAStore(folder: folder.root)) { try Store.open(folder.root) }
        try LiveFileSystem().write("no database at all, but long enough to look like one, perhaps", to: folder.database)
        #expect(throws: StoreError.notAStore(folder: folder.root)) { try Store.open(folder.root) }
    }

    @Test func `what SQLite says of a store that cannot be written is a person's mistake`() {
        let error = StoreError(DatabaseError(resultCode: .SQLITE_READONLY, message: "readonly"), folder: "/s")
        #expect(error == .notPermitted(folder: "/s", message: "readonly"))
        #expect(error.fault == .usage)
        #expect(error.fix?.contains("`REPRISE_HOME`") == true)
    }

    @Test(.enabled(if: ProcessOwner.current.user != 0, "root may write everywhere"))
    func `a store of somebody else is refused with the way out`() throws {
        let fixture = try StoreFixture()
        let folder = fixture.store.folder
        try FileManager.default.setAttributes([.posixPermissions: 0o000], ofItemAtPath: folder.database)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.database) }
        let error = #expect(throws: StoreError.self) { try Store.open(folder.root) }
        #expect(error?.code == "store-not-permitted")
    }

    @Test func `a network file system is refused with the way out`() throws {
        let fixture = try StoreFixture()
        let files = FailingFileSystem(isNetwork: true)
        let error = try #require(throws: StoreError.self) {
            try Store.open(fixture.folder + "/.reprise", files: files)
        }
        #expect(error.fix == "set `REPRISE_HOME` to a folder on a disk of this machine")
        #expect(throws: StoreError.networkFileSystem(folder: fixture.folder + "/new/.reprise")) {
            try Store.open(fixture.folder + "/new/.reprise", create: true, files: files)
        }
    }

    @Test func `many may make the same store at once`() async throws {
        let fixture = try StoreFixture()
        let folder = fixture.folder + "/many/.reprise"
        try await withThrowingTaskGroup { group in
            for _ in 0..<8 { group.addTask { _ = try Store.open(folder, create: true) } }
            try await group.waitForAll()
        }
        #expect(try Store.open(folder).runs().isEmpty)
    }

    @Test func `whoever comes while another makes the store waits for it`() async throws {
        let fixture = try StoreFixture()
        let place = StoreFolder(fixture.folder + "/slow/.reprise")
        try LiveFileSystem().makeFolder(place.root)
        let (begun, began) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup { group in
            group.addTask {
                try connect(to: place)
                    .inDatabase { database in
                        try database.inTransaction(.immediate) {
                            began.finish()
                            Thread.sleep(forTimeInterval: 0.3)
                            return .commit
                        }
                    }
            }
            for await _ in begun {}
            _ = try Store.open(place.root, create: true)
            try await group.waitForAll()
        }
    }

    @Test func `the schema is the one that the documents show`() throws {
        let fixture = try StoreFixture()
        let schema = try fixture.store.read { database in
            try String.fetchAll(
                database,
                sql:
                    "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type, name"
            )
        }
        try expectGolden(schema.map { $0 + ";\n" }.joined(separator: "\n"), "schema.sql")
    }

    @Test func `what is acknowledged is flushed, and tables refuse what is not of their type`() throws {
        let fixture = try StoreFixture()
        let names = ["journal_mode", "synchronous", "foreign_keys", "application_id"]
        let settings = try fixture.store.write { database in
            try names.map { name in
                let query = try SQLQuery(database, "PRAGMA \(name)")
                return try query.step() ? query.text(0) : ""
            }
        }
        #expect(settings == ["wal", "2", "1", String(applicationID)])
        let loose = try fixture.store.read { database in
            try String.fetchAll(database, sql: "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict")
        }
        #expect(loose.allSatisfy { $0.hasPrefix("sqlite_") })
    }
}
