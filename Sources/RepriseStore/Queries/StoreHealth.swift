import GRDB

extension Store {
    /// What is wrong with the database, a line each; empty for a sound one. Reads all of it.
    package func damage() throws -> [String] {
        try read { database in
            var damage = try String.fetchAll(database, sql: "PRAGMA quick_check").filter { $0 != "ok" }
            let orphans = try SQLQuery.number(
                database,
                "SELECT count(*) FROM run WHERE NOT EXISTS (SELECT 1 FROM project WHERE project.name = run.project)"
            )
            if let orphans, orphans > 0 { damage.append("\(orphans) runs belong to a project that is not there") }
            let keys = try SQLQuery(database, "PRAGMA foreign_key_check")
            if try keys.step() { damage.append("a row of `\(keys.text(0))` refers to nothing") }
            return damage
        }
    }
}
