import GRDB
import RepriseModel

/// What people and programs add to a run after it was queued.
extension Store {
    /// Adds what marks the run. The same words a second time change nothing.
    package func note(_ text: String, on run: RunID) throws {
        try write { try $0.addNote(text, to: $0.knownNumber(of: run)) }
    }

    /// Sets a tag; nil makes it a bare one.
    package func tag(_ run: RunID, _ name: String, _ value: String? = nil) throws {
        try write { database in
            try SQLQuery.run(
                database,
                "INSERT OR REPLACE INTO tag (run, name, value) VALUES (?1, ?2, ?3)",
                try database.knownNumber(of: run),
                name,
                value
            )
        }
    }

    /// Takes a tag away, also one of the experiment's own; false where the run does not have it.
    @discardableResult
    package func untag(_ run: RunID, _ name: String) throws -> Bool {
        try write { database in
            let number = try database.knownNumber(of: run)
            try SQLQuery.run(database, "DELETE FROM tag WHERE run = ?1 AND name = ?2", number, name)
            return database.changesCount > 0
        }
    }

    /// Keeps the newest verdict of `verify`.
    package func save(verdict: Value, of run: RunID) throws { try save(verdict, in: "verdict", of: run) }

    package func verdict(_ run: RunID) throws -> Value? {
        try read { database in
            let query = try SQLQuery(
                database,
                "SELECT json FROM verdict JOIN run ON run.number = verdict.run WHERE id = ?1",
                run
            )
            return try query.step() ? query.value(json: 0) : nil
        }
    }

    package func save(_ machine: MachineRecord, of run: RunID) throws {
        try save(try Value(encoding: machine), in: "machine", of: run)
    }

    private func save(_ value: Value, in table: String, of run: RunID) throws {
        try write { database in
            try SQLQuery.run(
                database,
                "INSERT OR REPLACE INTO \(table) (run, json) VALUES (?1, ?2)",
                try database.knownNumber(of: run),
                value.json()
            )
        }
    }

    /// What the store remembers under a name of its own, such as the initials of its owner.
    package func fact(_ name: String) throws -> Value? {
        try read { database in
            let query = try SQLQuery(database, "SELECT json FROM fact WHERE name = ?1", name)
            return try query.step() ? query.value(json: 0) : nil
        }
    }

    /// Remembers a value; nil forgets it.
    package func setFact(_ name: String, _ value: Value?) throws {
        try write { database in
            if let value {
                try SQLQuery.run(database, "INSERT OR REPLACE INTO fact VALUES (?1, ?2)", name, value.json())
            } else {
                try SQLQuery.run(database, "DELETE FROM fact WHERE name = ?1", name)
            }
        }
    }
}

extension Database {
    func addNote(_ text: String, to number: Int64) throws {
        try SQLQuery.run(
            self,
            """
            INSERT OR IGNORE INTO note (run, text, position)
            SELECT ?1, ?2, coalesce(max(position), 0) + 1 FROM note WHERE run = ?1
            """,
            number,
            text
        )
    }
}
