import OrderedCollections
import RepriseModel
import RepriseSystem

/// The folder in which Reprise has its `.sif` files, each under the id of its image, and what is known of such files.
///
/// An image that was made from layers has the id of their configuration, which its file cannot prove: beside it lies what
/// the file's own digest was when it was made. Files of people, elsewhere, are remembered by path, so that each is read
/// once. Losing a note costs time only.
struct SIFFolder: Sendable {
    let path: String
    let files: any FileSystem

    func file(of id: Digest) -> String { "\(path)/\(id).sif" }

    /// Whether the file of that id is there and what it was when it was taken in.
    func holds(_ id: Digest) -> Bool {
        let file = file(of: id)
        guard let status = try? files.status(file), status.kind == .file else { return false }
        guard let note = note(beside(id)) else {
            // Killed between the two renames. Only a file that is named by its own digest proves itself.
            return (try? remember(file, in: beside(id), expecting: id)) ?? false
        }
        if note.matches(status) { return true }
        return (try? remember(file, in: beside(id), expecting: note.digest)) ?? false
    }

    /// Moves a file that was just made into place. The same image made twice at once is there once.
    func takeIn(_ draft: String, as id: Digest?) throws -> LocalImage {
        let digest = try files.digest(draft).digest
        let id = id ?? digest
        let header = try header(of: draft, named: lastName(of: draft))
        try files.setMode(0o755, of: draft)
        try files.makeDurable([draft])
        try files.rename(draft, to: file(of: id))
        try remember(file(of: id), in: beside(id), expecting: digest)
        return LocalImage(id: id, name: file(of: id), architecture: header.architecture)
    }

    /// SHA-256 of a file anywhere, from memory where it has not changed since.
    func digest(of file: String) throws -> Digest {
        let place = "\(path)/known/\(SHA256Hasher.digest(of: file.utf8)).json"
        let status = try files.status(file)
        if let status, let note = note(place), note.matches(status) { return note.digest }
        let digest = try files.digest(file).digest
        // A file that changes while it is read is remembered by none of its states.
        if let status, try files.status(file) == status {
            try? files.makeFolder(path + "/known")
            try? files.write(SIFNote(digest, status).text, to: place)
        }
        return digest
    }

    /// Throws where the file is none of Apptainer's, or not whole.
    func header(of file: String, named name: String) throws -> SIFHeader {
        let bytes = try files.read(file, offset: 0, count: SIFHeader.length)
        guard let header = SIFHeader(bytes) else {
            throw EngineError.damaged(name, words: "it does not begin as a `.sif` file does")
        }
        let size = try files.status(file)?.bytes ?? 0
        guard size >= header.end else {
            throw EngineError.damaged(name, words: "it has \(size) bytes of \(header.end)")
        }
        return header
    }

    private func beside(_ id: Digest) -> String { "\(path)/\(id).json" }

    private func note(_ place: String) -> SIFNote? {
        (try? files.text(place)).flatMap { SIFNote(text: $0) }
    }

    /// False, and nothing remembered, where the file's digest is another one.
    @discardableResult
    private func remember(_ file: String, in place: String, expecting digest: Digest) throws -> Bool {
        guard let status = try files.status(file), try files.digest(file).digest == digest else { return false }
        try files.write(SIFNote(digest, status).text, to: place)
        return true
    }
}

/// The digest of a file, and how the file looked when that was found out.
struct SIFNote: Hashable, Sendable {
    var digest: Digest
    private var state: [Int64]

    init(_ digest: Digest, _ status: FileStatus) {
        self.digest = digest
        state = Self.state(status)
    }

    init?(text: String) {
        guard let map = try? Value(json: Array(text.utf8)[...]).mapValue,
            let digest = map["digest"]?.stringValue.flatMap({ Digest($0) }), let state = map["state"]?.listValue
        else { return nil }
        self.digest = digest
        self.state = state.compactMap(\.integerValue)
    }

    var text: String {
        let map: Value = ["digest": .string(digest.description), "state": .list(state.map { .integer($0) })]
        return map.json() + "\n"
    }

    func matches(_ status: FileStatus) -> Bool { state == Self.state(status) }

    private static func state(_ status: FileStatus) -> [Int64] {
        [status.bytes, status.modified, status.changed, Int64(truncatingIfNeeded: status.inode)]
    }
}
