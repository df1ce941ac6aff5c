import GRDB
import RepriseModel

extension Store {
    /// What is wrong inside the database, in SQLite's words; empty where nothing is. Reads all of it.
    package func integrityProblems() throws -> [String] {
        try read { database in
            var problems: [String] = []
            let check = try SQLQuery(database, "PRAGMA integrity_check(20)")
            while try check.step() {
                if check.text(0) != "ok" { problems.append(check.text(0)) }
            }
            let keys = try SQLQuery(database, "PRAGMA foreign_key_check")
            while try keys.step() { problems.append("a row of `\(keys.text(0))` refers to nothing") }
            return problems
        }
    }
}
