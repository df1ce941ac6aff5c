import GRDB
import RepriseModel
import RepriseSystem
import Synchronization

/// Where Reprise keeps runs: a folder `.reprise` with a database, objects by content, and the runs' folders.
///
/// Several processes may use one store at once. What a writing call has returned from is on disk. Every call blocks its
/// thread for as long as SQLite needs, at most a minute for another process's lock.
package final class Store: Sendable {
    package let folder: StoreFolder
    package let files: any FileSystem
    package let clock: any WallClock
    package let objects: ObjectStore

    /// Connections that nobody reads from at the moment. One is opened with the store, others when several read at once.
    private let idleReaders: Mutex<[DatabaseQueue]>
    /// Opened by the first write, so that a command that only reads never pays for it.
    private let openWriter = Mutex<DatabaseQueue?>(nil)
    let commits = CommitQueue()

    init(folder: StoreFolder, files: any FileSystem, clock: any WallClock, first: DatabaseQueue) {
        self.folder = folder
        self.files = files
        self.clock = clock
        objects = ObjectStore(folder: folder.objects, files: files)
        idleReaders = Mutex([first])
    }

    /// Reads from one consistent state of the database.
    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try explained {
            let reader = try idleReaders.withLock { $0.popLast() } ?? connect(to: folder)
            defer { idleReaders.withLock { $0.append(reader) } }
            // Not GRDB's own `read`: its pragma makes SQLite compile every statement anew.
            return try reader.unsafeRead { database in
                try SQLQuery.run(database, "BEGIN")
                defer { try? SQLQuery.run(database, "COMMIT") }
                return try body(database)
            }
        }
    }

    /// Runs `body` in one transaction that holds the write lock from its start. All of it is on disk, or nothing.
    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try explained { try writer().write(body) }
    }

    /// The one connection that writes.
    func writer() throws -> DatabaseQueue {
        try openWriter.withLock { writer in
            if let writer { return writer }
            let opened = try connect(to: folder)
            writer = opened
            return opened
        }
    }

    /// Whether this user may add to it; others may only look.
    package var isWritable: Bool { files.mayWrite(folder.root) && files.mayWrite(folder.database) }

    package func expectWritable() throws {
        if !isWritable { throw StoreError.notPermitted(folder: folder.root, message: "") }
    }

    func explained<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw StoreError(error, folder: folder.root)
        }
    }
}

/// A connection with what every connection of a store needs.
func connect(to folder: StoreFolder) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.busyMode = .timeout(60)
    configuration.label = "reprise.store"
    configuration.prepareDatabase { database in
        database.add(function: KeptText.function)
        // FULL: what has been acknowledged survives a loss of power.
        try database.execute(
            sql: """
                PRAGMA synchronous = FULL;
                PRAGMA journal_size_limit = 67108864;
                PRAGMA wal_autocheckpoint = 4000;
                PRAGMA cache_size = -16384;
                PRAGMA temp_store = MEMORY;
                """
        )
    }
    return try DatabaseQueue(path: folder.database, configuration: configuration)
}
