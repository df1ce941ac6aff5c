import GRDB
import RepriseModel
import RepriseSystem

extension Store {
    /// Keeps a snapshot. One with the same id keeps its time; a name is added or changed where one is given.
    ///
    /// Called before runs of it are queued, also where it is known: `gc` spares what was saved of late.
    package func save(_ snapshot: SnapshotRecord) throws {
        let now = clock.now()
        try write { database in
            if let name = snapshot.name, try database.snapshotID(named: name).map({ $0 != snapshot.id }) == true {
                throw StoreError.snapshotNameTaken(name)
            }
            var kept = snapshot
            if let known = try database.snapshot(snapshot.id) {
                kept = known
                kept.name = snapshot.name ?? known.name
            }
            try SQLQuery.run(
                database,
                "INSERT OR REPLACE INTO snapshot (id, name, project, created_at, json, used_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                kept.id,
                kept.name,
                kept.project,
                kept.createdAt,
                try Value(encoding: kept).json(),
                now
            )
        }
    }

    package func snapshot(_ id: Digest) throws -> SnapshotRecord? { try read { try $0.snapshot(id) } }

    /// The snapshot that a person means: an id, a name, or a prefix of either that only one has.
    package func resolveSnapshot(_ text: String) throws -> SnapshotRecord {
        try read { database in
            let known = try database.snapshots(
                "WHERE id = ?1 OR name = ?1 OR (id >= ?1 AND id < ?1 || 'g') OR substr(name, 1, length(?1)) = ?1",
                text
            )
            if let exact = known.first(where: { $0.name == text }) { return exact }
            if known.count > 1 {
                throw StoreError.ambiguousSnapshot(text, candidates: known.prefix(6).map { $0.name ?? $0.id.short })
            }
            guard let found = known.first else {
                let names = try database.snapshots("WHERE name >= ?1", "").compactMap(\.name)
                throw StoreError.unknownSnapshot(text, nearest: nearestName(to: text, among: names))
            }
            return found
        }
    }

    /// Every snapshot, newest first.
    package func snapshots() throws -> [SnapshotRecord] {
        try read { try $0.snapshots("WHERE id >= ?1", "") }
    }
}

extension Database {
    fileprivate func snapshot(_ id: Digest) throws -> SnapshotRecord? {
        let query = try SQLQuery(self, "SELECT json FROM snapshot WHERE id = ?1", id)
        return try query.step() ? query.value(json: 0).decode() : nil
    }

    fileprivate func snapshotID(named name: String) throws -> Digest? {
        let query = try SQLQuery(self, "SELECT id FROM snapshot WHERE name = ?1", name)
        return try query.step() ? Digest(query.text(0)) : nil
    }

    func snapshots(_ condition: String, _ text: String) throws -> [SnapshotRecord] {
        let query = try SQLQuery(self, "SELECT json FROM snapshot \(condition) ORDER BY created_at DESC, id", text)
        var found: [SnapshotRecord] = []
        while try query.step() { found.append(try query.value(json: 0).decode()) }
        return found
    }
}
