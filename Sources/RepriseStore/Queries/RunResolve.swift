import GRDB
import RepriseModel

extension Store {
    /// The run that a person means: an id or a unique prefix of one, a name that one run has, `@last` (or `@latest`,
    /// `-1`) for the one queued last, `-2` for the one before it. Deleted runs are found by id alone, and only if asked for.
    package func resolve(_ text: String, includingDeleted: Bool = false) throws -> RunID {
        try read { database in
            if let back = stepsBack(text) { return try database.latest(back, text) }
            let named = try database.ids(
                "SELECT id FROM run WHERE name = ?1 AND deleted_at IS NULL ORDER BY number DESC LIMIT 6",
                text
            )
            if named.count == 1 { return named[0] }
            let prefixed = try database.ids(startingWith: text, includingDeleted: includingDeleted)
            if prefixed.count == 1 { return prefixed[0] }
            let candidates = named + prefixed
            if candidates.count > 1 {
                throw StoreError.ambiguousRun(text, candidates: candidates.prefix(6).map(\.short))
            }
            throw StoreError.unknownRun(text, nearest: try database.nearestRun(to: text))
        }
    }

    /// How far back from the newest run, 0 being the newest; nil for other texts.
    private func stepsBack(_ text: String) -> Int? {
        if text == "@last" || text == "@latest" { return 0 }
        guard text.hasPrefix("-"), let count = Int(text.dropFirst()), count > 0 else { return nil }
        return count - 1
    }
}

extension Database {
    fileprivate func ids<each Input: SQLInput>(_ sql: String, _ values: repeat each Input) throws -> [RunID] {
        let query = try SQLQuery(self, sql, repeat each values)
        var ids: [RunID] = []
        while try query.step() {
            if let id = RunID(query.text(0)) { ids.append(id) }
        }
        return ids
    }

    fileprivate func latest(_ back: Int, _ text: String) throws -> RunID {
        let found = try ids(
            "SELECT id FROM run WHERE number > 0 AND deleted_at IS NULL ORDER BY number DESC LIMIT 1 OFFSET ?1",
            back
        )
        guard let id = found.first else { throw StoreError.unknownRun(text, nearest: nil) }
        return id
    }

    fileprivate func ids(startingWith text: String, includingDeleted: Bool) throws -> [RunID] {
        let prefix = text.lowercased()
        guard !prefix.isEmpty, prefix.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return [] }
        // `g` follows every hexadecimal digit.
        return try ids(
            """
            SELECT id FROM run WHERE id >= ?1 AND id < ?1 || 'g' AND (?2 OR deleted_at IS NULL) ORDER BY id LIMIT 6
            """,
            prefix,
            includingDeleted
        )
    }

    /// A name near the text, among those of the newest thousand runs.
    fileprivate func nearestRun(to text: String) throws -> String? {
        let query = try SQLQuery(
            self,
            "SELECT name FROM run WHERE number > 0 AND deleted_at IS NULL ORDER BY number DESC LIMIT 1000"
        )
        var names: Set<String> = []
        while try query.step() { names.insert(query.text(0)) }
        return nearestName(to: text, among: names.sorted())
    }
}
