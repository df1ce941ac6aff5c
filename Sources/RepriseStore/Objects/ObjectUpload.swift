import RepriseModel
import RepriseSystem
import RepriseTracking
import Synchronization

/// A file on its way into the objects, which arrives in pieces. It is hashed while it is written.
///
/// Every call blocks its thread for as long as the disk needs. One call at a time. What is not finished leaves nothing
/// behind: the file goes with the upload, and `gc` sweeps what a killed process left.
package final class ObjectUpload: Sendable {
    private struct Progress {
        var hasher = SHA256Hasher()
        var bytes: Int64 = 0
        var isEnded = false
    }

    private let objects: ObjectStore
    private let path: String
    private let limit: Int64
    private let progress = Mutex(Progress())

    init(_ objects: ObjectStore, limit: Int64) throws {
        self.objects = objects
        self.limit = limit
        path = try objects.unfinishedPath()
    }

    deinit { abandon() }

    /// Adds to the end. Throws `ObjectTooLarge` for the first byte beyond the limit.
    package func append(_ piece: [UInt8]) throws {
        try progress.withLock { progress in
            guard !progress.isEnded else { return }
            progress.bytes += Int64(piece.count)
            guard progress.bytes <= limit else { throw ObjectTooLarge(limit: limit) }
            progress.hasher.update(piece)
            try objects.files.append(piece, to: path)
        }
    }

    /// Moves the file to its digest. On disk when this returns.
    package func finish() throws -> StoredObject {
        try progress.withLock { progress in
            if progress.bytes == 0 { try objects.files.append([], to: path) }
            progress.isEnded = true
            let object = StoredObject(digest: progress.hasher.finish(), bytes: progress.bytes)
            defer { try? objects.files.remove(path) }  // Left over where the content was known.
            try objects.files.setMode(0o444, of: path)
            try objects.keep([(copy: path, object: object)])
            return object
        }
    }

    /// What the content has been hashed to so far.
    func digest() -> Digest {
        progress.withLock { progress in
            var hasher = progress.hasher
            return hasher.finish()
        }
    }

    /// Leaves the file at another path of the same file system instead of among the objects. Not made durable.
    func finish(movingTo newPath: String) throws {
        try progress.withLock { progress in
            if progress.bytes == 0 { try objects.files.append([], to: path) }
            progress.isEnded = true
            try objects.files.rename(path, to: newPath)
        }
    }

    /// Gives up. Does nothing after `finish`.
    package func abandon() {
        progress.withLock { progress in
            guard !progress.isEnded else { return }
            progress.isEnded = true
            try? objects.files.remove(path)  // Swept by gc otherwise.
        }
    }
}

extension ObjectStore {
    /// Begins an upload of at most `limit` bytes.
    package func upload(limit: Int64 = .max) throws -> ObjectUpload { try ObjectUpload(self, limit: limit) }

    /// Up to `count` bytes of the content from `offset`.
    package func read(_ digest: Digest, offset: Int64, count: Int) throws -> [UInt8] {
        do {
            return try files.read(path(of: digest), offset: offset, count: count)
        } catch {
            throw error.reason == .missing ? StoreError.missingObject(digest) : error
        }
    }
}

/// More bytes than one file may have.
package struct ObjectTooLarge: RepriseError, Hashable {
    package var limit: Int64

    package var what: String { "the file is larger than \(Quantities.text(bytes: limit))" }
    package var why: String? { "one file may have at most that" }
    package var fix: String? { "raise the setting `output.limit` where the store is served" }
    package var code: String { "output-too-large" }
    package var fault: Fault { .usage }
}
