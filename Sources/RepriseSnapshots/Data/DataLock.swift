import OrderedCollections
import RepriseModel
import RepriseSystem

/// `reprise.lock` beside the experiment file: which content each data path and each image had when it was first used, or
/// accepted last.
///
/// JSON with sorted keys, an entry a path or reference as the experiments in that folder write it; made to be kept in
/// version control.
package struct DataLock: Hashable, Sendable {
    package var entries: [String: DataContent]
    /// By reference.
    package var images: [String: ImageIdentity]

    package init(entries: [String: DataContent] = [:], images: [String: ImageIdentity] = [:]) {
        self.entries = entries
        self.images = images
    }

    package static func path(in folder: String) -> String { folder + "/reprise.lock" }

    /// The lock of the folder; an empty one where there is none.
    package init(in folder: String, files: any FileSystem) throws {
        let path = Self.path(in: folder)
        guard try files.exists(path) else {
            self.init()
            return
        }
        let bytes = try files.read(path, limit: 64 << 20)
        do {
            let file = try Value(json: bytes[...]).decode(LockFile.self)
            let images = (file.images ?? [:]).map { ($0, $1.identity(of: $0)) }
            self.init(
                entries: (file.data ?? [:]).mapValues(\.content),
                images: Dictionary(images, uniquingKeysWith: { first, _ in first })
            )
        } catch {
            throw DataError.unreadableLock(path: path, reason: Self.reason(error))
        }
    }

    package var text: String {
        var data: Mapping = [:]
        for (path, content) in entries.sorted(by: { $0.key < $1.key }) {
            data[path] = [
                "sha256": .string(content.digest.description), "bytes": .integer(content.bytes),
                "files": .integer(Int64(content.files)),
            ]
        }
        var file: Mapping = ["version": 1, "data": .map(data)]
        if !images.isEmpty {
            let sorted = images.sorted { $0.key < $1.key }
            file["images"] = .map(Mapping(uniqueKeysWithValues: sorted.map { ($0, LockFile.Image($1).value) }))
        }
        return Value.map(file).json(pretty: true) + "\n"
    }

    /// Adds the images to the lock of the folder, in the place of what it says of the same references. Writes nothing
    /// where it says the same already.
    package static func pin(_ images: [String: ImageIdentity], in folder: String, files: any FileSystem) throws {
        var lock = try DataLock(in: folder, files: files)
        let before = lock
        lock.images.merge(images) { $1 }
        if lock.text != before.text { try lock.write(in: folder, files: files) }
    }

    package func write(in folder: String, files: any FileSystem) throws(FileError) {
        try files.write(Array(text.utf8), to: Self.path(in: folder), mode: 0o644, durable: true)
    }

    private static func reason(_ error: any Error) -> String {
        if let error = error as? JSONError { return "\(error.reason), at byte \(error.offset)" }
        return "it is no lock of this version of Reprise"
    }
}

private struct LockFile: Codable {
    var version: Int
    var data: [String: Entry]?
    var images: [String: Image]?

    struct Entry: Codable {
        var sha256: Digest
        var bytes: Int64
        var files: Int

        var content: DataContent { DataContent(digest: sha256, bytes: bytes, files: files) }
    }

    /// The reference is the key, and a recipe is no reference.
    struct Image: Codable {
        var id: Digest
        var format: ImageIdentity.Format
        var repository: String?
        var manifest: Digest?
        var architecture: String?

        init(_ image: ImageIdentity) {
            id = image.id
            format = image.format
            repository = image.repository
            manifest = image.manifest
            architecture = image.architecture
        }

        func identity(of reference: String) -> ImageIdentity {
            ImageIdentity(
                format: format,
                id: id,
                reference: reference,
                repository: repository,
                manifest: manifest,
                architecture: architecture
            )
        }

        var value: Value {
            var map: Mapping = ["id": .string(id.description), "format": .string(format.rawValue)]
            map["repository"] = repository.map(Value.string)
            map["manifest"] = (manifest?.description).map(Value.string)
            map["architecture"] = architecture.map(Value.string)
            return .map(map)
        }
    }
}

extension DataCapture {
    /// The items with their contents, checked against what the experiment and the lock in `folder` say. New ones are
    /// locked; those in `accepting` (by name) may have changed. Nothing is written where anything throws.
    package func capture(
        _ requests: [DataRequest],
        in folder: String,
        accepting: Set<String> = [],
        progress: DataProgress = { _, _ in }
    ) async throws -> [DataItem] {
        if requests.isEmpty { return [] }
        var lock = try DataLock(in: folder, files: files)
        let before = lock
        var items: [DataItem] = []
        for request in requests {
            let path = request.path.hasPrefix("/") ? request.path : folder + "/" + request.path
            let item = try await digest(name: request.name, path: path, progress: progress)
            let found = DataContent(digest: item.digest, bytes: item.bytes, files: item.files)
            if let digest = request.digest, digest != item.digest {
                throw DataPinned(name: request.name, path: request.path, pinned: digest, found: found)
            }
            if let locked = lock.entries[request.path], locked.digest != found.digest, request.digest == nil,
                !accepting.contains(request.name)
            {
                throw DataError.changed(name: request.name, path: request.path, locked: locked, found: found)
            }
            lock.entries[request.path] = found
            items.append(item)
        }
        if lock != before {
            // Another experiment of the folder may have locked something meanwhile.
            var merged = try DataLock(in: folder, files: files)
            for request in requests { merged.entries[request.path] = lock.entries[request.path] }
            try merged.write(in: folder, files: files)
        }
        return items
    }
}

/// Data that differ from the digest in the experiment file itself.
package struct DataPinned: RepriseError, Hashable {
    package var name: String
    package var path: String
    package var pinned: Digest
    package var found: DataContent

    package var what: String { "the data `\(name)` at `\(path)` are not what the experiment asks for" }
    package var why: String? { "asked:  sha256 \(pinned)\n       found:  \(found)" }
    package var fix: String? { "bring that content back, or correct `data.\(name).sha256` in the experiment" }
    package var code: String { "data-changed" }
}
