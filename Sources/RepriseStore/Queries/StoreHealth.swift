import GRDB

extension Store {
    /// What SQLite finds wrong with the database, a line each; empty for a sound one. Reads all of it.
    package func damage() throws -> [String] {
        try read { database in
            try String.fetchAll(database, sql: "PRAGMA quick_check").filter { $0 != "ok" }
        }
    }
}
