import RepriseModel

/// Files, as far as Reprise needs them. Paths are absolute or relative to the process's working directory.
///
/// Every call throws `FileError`, which names path and operation. Tests wrap the live one to make the n-th call fail.
package protocol FileSystem: Sendable {
    /// The whole content; refuses more than `limit` bytes by `FileError.tooLarge`.
    func read(_ path: String, limit: Int) throws(FileError) -> [UInt8]

    /// Up to `count` bytes from `offset`; fewer at the file's end.
    func read(_ path: String, offset: Int64, count: Int) throws(FileError) -> [UInt8]

    /// Writes a temporary file beside the path and renames it, so that the path holds the old content or the new.
    ///
    /// With `durable`, file and folder are on disk when this returns.
    func write(_ bytes: [UInt8], to path: String, mode: Int, durable: Bool) throws(FileError)

    /// Creates the file and fills it; false, and nothing changed, if it exists (O_EXCL).
    func create(_ path: String, bytes: [UInt8], mode: Int) throws(FileError) -> Bool

    /// Adds to the end in one write, creating the file if need be.
    func append(_ bytes: [UInt8], to path: String) throws(FileError)

    /// Cuts the file off after `length` bytes, adds to its end, and returns when that is on disk; creates the file if need
    /// be. A file shorter than `length` is `FileError.missing`.
    func append(_ bytes: [UInt8], to path: String, after length: Int64) throws(FileError)

    /// Makes the folder and those above it; one that exists is fine.
    func makeFolder(_ path: String) throws(FileError)

    /// Removes the file, link or whole folder; nothing there is fine. Links are not followed.
    func remove(_ path: String) throws(FileError)

    func rename(_ path: String, to newPath: String) throws(FileError)

    /// What lies at the path, without following a link there; nil where nothing does.
    func status(_ path: String) throws(FileError) -> FileStatus?

    /// The names in the folder, without `.` and `..`, in byte order.
    func names(in folder: String) throws(FileError) -> [String]

    /// What lies in the folder, in no order, without `.` and `..`; no more than `limit` of it.
    func entries(in folder: String, limit: Int) throws(FileError) -> [FolderEntry]

    func makeLink(_ path: String, to target: String) throws(FileError)
    func linkTarget(_ path: String) throws(FileError) -> String

    /// Copies one regular file, sharing blocks where the file system can (reflink), with these permission bits.
    func copy(_ path: String, to newPath: String, mode: Int) throws(FileError)

    func setMode(_ mode: Int, of path: String) throws(FileError)

    /// SHA-256 and size of a regular file's content.
    func digest(_ path: String) throws(FileError) -> (digest: Digest, bytes: Int64)

    /// Returns when the content of these files, and the names in these folders, are on disk.
    func makeDurable(_ paths: [String]) throws(FileError)

    /// Free bytes for an ordinary user where the path lies.
    func freeSpace(_ path: String) throws(FileError) -> Int64

    /// Whether the path lies on a network file system (NFS, SMB, Lustre, BeeGFS, GPFS, …), where locks and SQLite's WAL do not hold.
    func isNetworkFileSystem(_ path: String) throws(FileError) -> Bool

    /// Whether this user may write to the file, or make others in the folder; false for what is not there.
    func mayWrite(_ path: String) -> Bool
}

extension FileSystem {
    package func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        try write(bytes, to: path, mode: 0o644, durable: false)
    }

    package func write(_ text: String, to path: String, mode: Int = 0o644) throws(FileError) {
        try write(Array(text.utf8), to: path, mode: mode, durable: false)
    }

    /// The content as text; bytes that are no UTF-8 become U+FFFD. At most 64 MiB.
    package func text(_ path: String) throws(FileError) -> String {
        String(decoding: try read(path, limit: 64 << 20), as: UTF8.self)
    }

    package func exists(_ path: String) throws(FileError) -> Bool { try status(path) != nil }

    package func isFolder(_ path: String) throws(FileError) -> Bool { try status(path)?.kind == .folder }
}

/// What `lstat` tells.
package struct FileStatus: Hashable, Sendable {
    package enum Kind: Hashable, Sendable { case file, folder, link, other }

    package var kind: Kind
    package var bytes: Int64
    /// Permission bits only.
    package var mode: Int
    package var device: UInt64
    package var inode: UInt64
    /// Nanoseconds since 1970.
    package var modified: Int64
    package var changed: Int64

    package init(kind: Kind, bytes: Int64, mode: Int, device: UInt64, inode: UInt64, modified: Int64, changed: Int64) {
        self.kind = kind
        self.bytes = bytes
        self.mode = mode
        self.device = device
        self.inode = inode
        self.modified = modified
        self.changed = changed
    }
}

/// A file operation that the system refused.
package struct FileError: RepriseError, Hashable {
    package enum Reason: Hashable, Sendable {
        case missing, denied, exists, folder, diskFull, tooLarge(limit: Int), other
    }

    package var operation: String
    package var path: String
    package var reason: Reason
    /// The system's own words.
    package var message: String

    package init(operation: String, path: String, reason: Reason, message: String) {
        self.operation = operation
        self.path = path
        self.reason = reason
        self.message = message
    }

    package var what: String { "cannot \(operation) `\(path)`" }
    package var why: String? { message }
    package var fix: String? {
        switch reason {
        case .missing: nil
        case .denied: "check the permissions with `ls -ld \(path)`"
        case .exists: nil
        case .folder: "name a file in it"
        case .diskFull: "make room on that disk (`reprise gc` frees what no kept run needs), then run the command again"
        case .tooLarge(let limit): "it may have at most \(Quantities.text(bytes: Int64(limit)))"
        case .other: nil
        }
    }
    package var code: String {
        switch reason {
        case .missing: "file-missing"
        case .denied: "file-denied"
        case .exists: "file-exists"
        case .folder: "is-a-folder"
        case .diskFull: "disk-full"
        case .tooLarge: "file-too-large"
        case .other: "file-error"
        }
    }
    package var fault: Fault {
        switch reason {
        case .missing, .folder, .tooLarge: .usage
        default: .world
        }
    }
}
