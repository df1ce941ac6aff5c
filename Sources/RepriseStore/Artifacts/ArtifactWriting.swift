import GRDB
import RepriseModel
import RepriseSystem
import RepriseTracking

extension Store {
    /// Puts the object at the path, in place of what was there. On disk when this returns; idempotent.
    ///
    /// The object must have been put into `objects` before; where `gc` of another process was faster and took it away again,
    /// `StoreError.missingObject` is thrown, and it must be put once more.
    package func putArtifact(_ object: StoredObject, at path: ArtifactPath) async throws {
        guard !path.isRoot else { throw ArtifactClash.isFolder(path) }
        let (objects, now) = (objects, clock.now())
        try await commit { database in
            guard try objects.contains(object.digest) else { throw StoreError.missingObject(object.digest) }
            let place = try database.place(of: path)
            try database.refuseClash(at: place, of: path)
            switch place {
            case .outputs(let run, let name):
                let record = OutputRecord(path: name, digest: object.digest, bytes: object.bytes, mode: 0o644)
                try database.save(record, of: run)
            case .files(let name):
                try SQLQuery.run(
                    database,
                    "INSERT OR REPLACE INTO artifact (path, digest, bytes, created_at) VALUES (?1, ?2, ?3, ?4)",
                    name,
                    object.digest,
                    object.bytes,
                    now
                )
            }
        }
    }

    /// Removes the file, or everything in the folder, of that path; how many files there were. Nothing there is fine.
    ///
    /// A path above runs reaches only what belongs to no run. The content stays until `gc` finds that nothing needs it.
    package func deleteArtifacts(at path: ArtifactPath) async throws -> Int {
        try await commit { database in try ArtifactRows(try database.place(of: path), database).delete() }
    }
}

/// A path that cannot be written to, because of another.
package enum ArtifactClash: RepriseError, Hashable {
    /// Something lies below it.
    case isFolder(ArtifactPath)
    /// One of the folders that it goes through is a file.
    case throughFile(ArtifactPath, file: String)

    package var what: String {
        switch self {
        case .isFolder(let path): "the artifact path `\(path)` is a folder"
        case .throughFile(let path, _): "no artifact can lie at `\(path)`"
        }
    }
    package var why: String? {
        switch self {
        case .isFolder: "a file and a folder cannot have one name"
        case .throughFile(_, let file): "`\(file)` is a file"
        }
    }
    package var fix: String? { "choose another path, or delete what is there" }
    package var code: String { "artifact-clash" }
    package var fault: Fault { .usage }
}

extension Database {
    /// Clients write what they download to files, where a name cannot be a file and a folder.
    fileprivate func refuseClash(at place: ArtifactPlace, of path: ArtifactPath) throws {
        guard !place.path.isEmpty, try !ArtifactRows(place, self).hasChildren() else {
            throw ArtifactClash.isFolder(path)
        }
        var above = place.path
        while let slash = above.utf8.lastIndex(of: UInt8(ascii: "/")) {
            above = String(above[..<slash])
            let rows =
                switch place {
                case .outputs(let run, _): ArtifactRows(.outputs(run: run, path: above), self)
                case .files: ArtifactRows(.files(path: above), self)
                }
            if try rows.object() != nil { throw ArtifactClash.throughFile(path, file: above) }
        }
    }
}
