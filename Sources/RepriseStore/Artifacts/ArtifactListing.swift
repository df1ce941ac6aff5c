import GRDB
import RepriseModel
import RepriseTracking

/// A file or folder among artifacts.
package struct ArtifactEntry: Hashable, Sendable {
    /// Its own name, without the folder that it lies in.
    package var name: String
    /// nil for a folder.
    package var bytes: Int64?

    package var isFolder: Bool { bytes == nil }
}

/// What lies at a path.
package enum ArtifactFinding: Hashable, Sendable {
    case file(StoredObject)
    case folder
    case nothing
}

extension Store {
    /// What lies at the path.
    package func artifact(at path: ArtifactPath) throws -> ArtifactFinding {
        try read { database in
            if path.isRoot { return .folder }
            let rows = ArtifactRows(try database.place(of: path), database)
            if let object = try rows.object() { return .file(object) }
            if try rows.hasChildren() { return .folder }
            return try database.aboveRuns(path).isEmpty ? .nothing : .folder
        }
    }

    /// What lies in the folder, names in byte order; nothing where there is no such folder. Costs a look-up for each name,
    /// however much lies below.
    package func artifacts(in folder: ArtifactPath) throws -> [ArtifactEntry] {
        try read { database in
            var entries = try ArtifactRows(try database.place(of: folder), database).children()
            let known = Set(entries.map(\.name))
            entries += try database.aboveRuns(folder).filter { !known.contains($0) }.map { ArtifactEntry(name: $0) }
            return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        }
    }
}

/// The rows at and below one place.
struct ArtifactRows {
    private let place: ArtifactPlace
    private let database: Database

    init(_ place: ArtifactPlace, _ database: Database) {
        self.place = place
        self.database = database
    }

    func object() throws -> StoredObject? {
        guard !place.path.isEmpty else { return nil }
        let query =
            switch place {
            case .outputs(let run, let path):
                try SQLQuery(
                    database,
                    "SELECT digest, bytes FROM output WHERE run = ?1 AND path = ?2",
                    run,
                    path
                )
            case .files(let path):
                try SQLQuery(database, "SELECT digest, bytes FROM artifact WHERE path = ?1", path)
            }
        guard try query.step(), let digest = Digest(query.text(0)) else { return nil }
        return StoredObject(digest: digest, bytes: query.int64(1))
    }

    func hasChildren() throws -> Bool { try next(from: prefix) != nil }

    func children() throws -> [ArtifactEntry] {
        var entries: [ArtifactEntry] = []
        var bound = prefix
        while let (path, bytes) = try next(from: bound) {
            let rest = Array(path.utf8.dropFirst(prefix.utf8.count))
            if let slash = rest.firstIndex(of: UInt8(ascii: "/")) {
                let name = String(decoding: rest[..<slash], as: UTF8.self)
                entries.append(ArtifactEntry(name: name))
                // The byte after the slash: the first path that is not in that folder.
                bound = prefix + name + "0"
            } else {
                entries.append(ArtifactEntry(name: String(decoding: rest, as: UTF8.self), bytes: bytes))
                bound = path + "\0"
            }
        }
        return entries
    }

    /// Removes the file, and everything in the folder, of that path; how many there were.
    func delete() throws -> Int {
        // From the folder's first path to the one after its last.
        let end = place.path.isEmpty ? nil : place.path + "0"
        switch place {
        case .outputs(let run, let path):
            try SQLQuery.run(
                database,
                """
                DELETE FROM output
                WHERE run = ?1 AND (path = ?2 OR (path >= ?3 AND (?4 IS NULL OR path < ?4)))
                """,
                run,
                path,
                prefix,
                end
            )
        case .files(let path):
            try SQLQuery.run(
                database,
                "DELETE FROM artifact WHERE path = ?1 OR (path >= ?2 AND (?3 IS NULL OR path < ?3))",
                path,
                prefix,
                end
            )
        }
        return database.changesCount
    }

    private var prefix: String { place.path.isEmpty ? "" : place.path + "/" }

    /// The first row from that path on, if it is below the prefix.
    private func next(from bound: String) throws -> (path: String, bytes: Int64)? {
        let query =
            switch place {
            case .outputs(let run, _):
                try SQLQuery(
                    database,
                    "SELECT path, bytes FROM output WHERE run = ?1 AND path >= ?2 ORDER BY path LIMIT 1",
                    run,
                    bound
                )
            case .files:
                try SQLQuery(database, "SELECT path, bytes FROM artifact WHERE path >= ?1 ORDER BY path LIMIT 1", bound)
            }
        guard try query.step() else { return nil }
        let path = query.text(0)
        return path.utf8.starts(with: prefix.utf8) ? (path, query.int64(1)) : nil
    }
}

extension Database {
    /// The folders that are there because runs below them left something: projects at the root, runs in a project,
    /// `artifacts` in a run.
    fileprivate func aboveRuns(_ folder: ArtifactPath) throws -> [String] {
        switch folder.names.count {
        case 0:
            return try texts(
                """
                SELECT DISTINCT project.number FROM run JOIN project ON project.name = run.project
                WHERE EXISTS (SELECT 1 FROM output WHERE output.run = run.number)
                """
            )
        case 1:
            guard let number = Int64(folder.names[0]) else { return [] }
            return try texts(
                """
                SELECT run.id FROM run JOIN project ON project.name = run.project
                WHERE project.number = ?1 AND EXISTS (SELECT 1 FROM output WHERE output.run = run.number)
                """,
                number
            )
        case 2:
            guard let run = RunID(folder.names[1]) else { return [] }
            return try texts(
                "SELECT 'artifacts' FROM run WHERE id = ?1 AND EXISTS (SELECT 1 FROM output WHERE run = run.number)",
                run
            )
        default: return []
        }
    }

    private func texts<each Input: SQLInput>(_ sql: String, _ values: repeat each Input) throws -> [String] {
        let query = try SQLQuery(self, sql, repeat each values)
        var texts: [String] = []
        while try query.step() { texts.append(query.text(0)) }
        return texts
    }
}
