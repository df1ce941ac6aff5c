import RepriseModel
import RepriseSystem

/// Where images were seen outside of registries and engines: an archive, a layout, a `.sif`. Losing it costs a detour.
struct ImageOrigins: Sendable {
    let folder: String
    let files: any FileSystem

    /// A file's or folder's place with what `stat` told when its content was read.
    struct Origin: Codable, Hashable {
        var source: String
        var path: String
        var bytes: Int64
        var modified: Int64
        var changed: Int64
        var inode: UInt64
    }

    func origin(of id: Digest) -> Origin? {
        guard let bytes = try? files.read(place(id), limit: 1 << 20) else { return nil }
        return try? Value(json: bytes[...]).decode(Origin.self)
    }

    /// The id of the file as it was when it looked exactly as it does now; nil where nobody has read it since.
    func known(_ text: String, at path: String) -> Digest? {
        guard let status = try? status(path), let bytes = try? files.read(look(text), limit: 1 << 20),
            let seen = try? Value(json: bytes[...]).decode(Seen.self), seen.origin == origin(text, path, status)
        else { return nil }
        return seen.id
    }

    /// What changes when the content does: of a layout, its list.
    func status(_ path: String) throws(FileError) -> FileStatus? {
        let status = try files.status(path)
        return status?.kind == .folder ? try files.status(path + "/index.json") : status
    }

    /// `text` is the source with its absolute path; `status` from before the content was read.
    func remember(_ id: Digest, _ text: String, at path: String, _ status: FileStatus) throws(FileError) {
        try files.makeFolder(folder)
        if let value = try? Value(encoding: origin(text, path, status)) {
            try files.write(value.json(pretty: true) + "\n", to: place(id))
        }
        if let value = try? Value(encoding: Seen(id: id, origin: origin(text, path, status))) {
            try files.write(value.json(pretty: true) + "\n", to: look(text))
        }
    }

    private struct Seen: Codable {
        var id: Digest
        var origin: Origin
    }

    private func origin(_ text: String, _ path: String, _ status: FileStatus) -> Origin {
        Origin(
            source: text,
            path: path,
            bytes: status.bytes,
            modified: status.modified,
            changed: status.changed,
            inode: status.inode
        )
    }

    private func place(_ id: Digest) -> String { "\(folder)/\(id).json" }

    private func look(_ text: String) -> String {
        "\(folder)/\(SHA256Hasher.digest(of: text.utf8).description.prefix(24)).seen"
    }
}
