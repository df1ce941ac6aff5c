import GRDB

/// One step of the on-disk format, in plain SQL. Never edited once it has been released.
struct Migration: Sendable {
    /// `PRAGMA user_version` after it.
    var number: Int
    var sql: String
}

/// Every migration in its order; the last one's number is the format's version.
let migrationList = [
    migration0001,
    migration0002,
    migration0003,
    migration0004,
    migration0005,
]

/// `PRAGMA application_id` of a store: "Rprs" in ASCII.
let applicationID: Int32 = 0x5270_7273

extension Database {
    var formatVersion: Int {
        get throws { try Int.fetchOne(self, sql: "PRAGMA user_version") ?? 0 }
    }

    /// Brings the format from `version` to the newest one. Inside a transaction that holds the write lock.
    func migrate(from version: Int) throws {
        for migration in migrationList where migration.number > version {
            try execute(sql: migration.sql)
            try execute(sql: "PRAGMA user_version = \(migration.number)")
        }
        try execute(sql: "PRAGMA application_id = \(applicationID)")
    }
}
