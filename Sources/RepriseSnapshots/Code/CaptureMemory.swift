import RepriseModel
import RepriseSystem

/// What the last capture of a project left, so that the next one looks at changes alone. Losing it costs time only.
struct CaptureMemory: Codable {
    /// The tree that the index held, and the index file's stamp then.
    var tree: String?
    var indexStamp: String?
    /// Digest of every rule outside the tree's own `.gitignore` files.
    var rules: String?
    /// Stamps of the indexes of the project's repositories when `trackedIgnored` was asked for.
    var projectStamp: String?
    /// Files that the project's git tracks although they are ignored.
    var trackedIgnored: [String] = []
    /// Repositories inside the project, whose files are captured like all others.
    var nested: [String] = []
    /// `.repriseignore` files below the root.
    var ignoreFiles: [String] = []
    /// The history that was fetched last.
    var history: String?
    var historyTree: String?
    /// Milliseconds since 1970 at which the index was written; nil once git has looked at it again.
    var writtenAt: Int64?
}

/// The folder in the store in which one project's index lies.
struct CapturePlace {
    let folder: String
    var index: String { folder + "/index" }
    var lock: String { folder + "/lock" }
    var excludes: String { folder + "/excludes" }
    var memory: String { folder + "/memory.json" }

    init(folder: String) { self.folder = folder }

    init(repository: SnapshotRepository, root: String) {
        folder = repository.folder + "/projects/" + SHA256Hasher.digest(of: root.utf8).description.prefix(20)
    }

    func read(_ files: any FileSystem) -> CaptureMemory {
        // A memory that cannot be read is no memory.
        guard let bytes = try? files.read(memory, limit: 256 << 20), let value = try? Value(json: bytes[...]),
            let known = try? value.decode(CaptureMemory.self)
        else { return CaptureMemory() }
        return known
    }

    func write(_ known: CaptureMemory, _ files: any FileSystem) throws {
        try files.write(try Value(encoding: known).json(), to: memory)
    }
}

/// Changes whenever the file does; empty where there is none.
func stamp(of path: String, _ files: any FileSystem) throws(FileError) -> String {
    guard let status = try files.status(path) else { return "" }
    return "\(status.inode)-\(status.bytes)-\(status.modified)-\(status.changed)"
}
