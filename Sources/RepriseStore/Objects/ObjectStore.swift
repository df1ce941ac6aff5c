import RepriseModel
import RepriseSystem
import RepriseTracking

/// Files kept by content: `objects/ab/abcdef…`, read-only, each once.
package struct ObjectStore: ContentStore {
    let folder: String
    let files: any FileSystem

    init(folder: String, files: any FileSystem) {
        self.folder = folder
        self.files = files
    }

    /// Where the content lies, or would lie.
    package func path(of digest: Digest) -> String { "\(shard(of: digest))/\(digest)" }

    package func contains(_ digest: Digest) throws -> Bool { try files.exists(path(of: digest)) }

    /// Takes in the content of regular files as it is now, in their order. On disk when this returns.
    ///
    /// What is kept already is not kept twice. The files themselves are copied (sharing blocks where the file system can),
    /// never linked, so that a program that still writes to one cannot change what is kept.
    package func put(_ paths: [String]) throws -> [StoredObject] {
        var copies: [(copy: String, object: StoredObject)] = []
        defer { for copy in copies { try? files.remove(copy.copy) } }  // Leftovers are swept by gc.
        for path in paths {
            let copy = try unfinishedPath()
            copies.append((copy, StoredObject(digest: SHA256Hasher.digest(of: []), bytes: 0)))
            try files.copy(path, to: copy, mode: 0o444)
            let (digest, bytes) = try files.digest(copy)
            copies[copies.count - 1].object = StoredObject(digest: digest, bytes: bytes)
        }
        try keep(copies)
        return copies.map(\.object)
    }

    /// One file; many at once cost far less.
    package func put(_ path: String) throws -> StoredObject { try put([path])[0] }

    /// Whether the kept content still has its digest.
    package func verify(_ digest: Digest) throws {
        let path = path(of: digest)
        guard try files.exists(path) else { throw StoreError.missingObject(digest) }
        if try files.digest(path).digest != digest { throw StoreError.damagedObject(digest, path: path) }
    }

    /// Moves the copies to their places. Content is on disk before a name shows it, names before this returns.
    func keep(_ copies: [(copy: String, object: StoredObject)]) throws {
        var new: [Digest: String] = [:]
        for (copy, object) in copies where new[object.digest] == nil {
            if try contains(object.digest) {
                // Its time of change tells gc that somebody is about to need it.
                try files.setMode(0o444, of: path(of: object.digest))
            } else {
                new[object.digest] = copy
            }
        }
        guard !new.isEmpty else { return }
        try files.makeDurable(new.values.sorted())
        var folders: Set<String> = [folder]
        for (digest, copy) in new {
            try files.makeFolder(shard(of: digest))
            try files.rename(copy, to: path(of: digest))
            folders.insert(shard(of: digest))
        }
        try files.makeDurable(folders.sorted())
    }

    private func shard(of digest: Digest) -> String { "\(folder)/\(digest.description.prefix(2))" }

    /// A new path beside the objects, in a folder that is there.
    func unfinishedPath() throws -> String {
        try files.makeFolder(folder + "/unfinished")
        let entropy = LiveEntropy()
        let name = hexadecimal(withUnsafeBytes(of: (entropy.next(), entropy.next())) { Array($0) })
        return "\(folder)/unfinished/\(name)"
    }
}
