import GRDB
import RepriseModel
import RepriseSystem

extension Store {
    /// Opens the store at `folder`, an absolute path that ends in the store's own folder (`…/.reprise`).
    ///
    /// With `create`, a store that is not there is made; two processes may do so at once. An older format is brought up
    /// to date, a newer one refused, and so is a folder on a network file system.
    package static func open(
        _ folder: String,
        create: Bool = false,
        files: any FileSystem = LiveFileSystem(),
        clock: any WallClock = LiveWallClock()
    ) throws -> Store {
        let place = StoreFolder(folder)
        if try !files.exists(place.database) {
            guard create else { throw StoreError.missing(start: RepriseSystem.folder(of: folder)) }
            try make(place, files)
        }
        if try files.isNetworkFileSystem(folder) { throw StoreError.networkFileSystem(folder: folder) }
        do {
            let connection = try connect(to: place)
            let version = try connection.inDatabase { try $0.formatVersion }
            let known = migrationList.last?.number ?? 0
            if version > known { throw StoreError.newer(folder: folder, version: version, known: known) }
            if version < known { try bringUpToDate(connection, place) }
            return Store(folder: place, files: files, clock: clock, first: connection)
        } catch let error as DatabaseError {
            if error.resultCode == .SQLITE_NOTADB { throw StoreError.notAStore(folder: folder) }
            if error.resultCode == .SQLITE_CANTOPEN {
                throw StoreError.notPermitted(folder: folder, message: error.message ?? "")
            }
            // What is said where there is no room for what SQLite keeps in memory that processes share.
            if error.resultCode == .SQLITE_IOERR, let free = try? files.freeSpace(folder), free < 64 << 10 {
                throw StoreError.diskFull(folder: folder)
            }
            throw StoreError(error, folder: folder)
        }
    }

    private static func make(_ place: StoreFolder, _ files: any FileSystem) throws {
        for folder in [place.root, place.objects, place.unfinished, place.runs, place.checkouts] {
            try files.makeFolder(folder)
        }
        if try files.isNetworkFileSystem(place.root) { throw StoreError.networkFileSystem(folder: place.root) }
        // What lies in a store is no part of the project around it.
        _ = try files.create(place.root + "/.gitignore", bytes: Array("*\n".utf8), mode: 0o644)
    }

    private static func bringUpToDate(_ connection: DatabaseQueue, _ place: StoreFolder) throws {
        try connection.inDatabase { database in
            try switchToWAL(database)
            try database.inTransaction(.immediate) {
                // Another process may have done it while this one waited for the lock.
                let version = try database.formatVersion
                let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master")
                if version == 0, tables != 0 { throw StoreError.notAStore(folder: place.root) }
                try database.migrate(from: version)
                return .commit
            }
        }
    }

    /// Kept in the file from then on. Stands outside of a transaction, and takes its lock in two steps, for the second of
    /// which SQLite does not wait: where another process is at it, this one waits by asking for a lock of its own.
    private static func switchToWAL(_ database: Database) throws {
        let most = 100
        for attempt in 1...most {
            do {
                _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
                return
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && attempt < most {
                try database.inTransaction(.immediate) { .rollback }
            }
        }
    }
}
