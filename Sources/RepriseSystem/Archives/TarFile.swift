import RepriseModel

/// A tar archive under way: in a file, piece by piece, or in memory.
package struct TarFile {
    private let path: String?
    private let files: any FileSystem
    private let limit: Int
    package private(set) var bytes: [UInt8] = []
    private var written: Int64 = 0

    package init(_ path: String, _ files: any FileSystem) {
        self.path = path
        self.files = files
        limit = 4 << 20
    }

    package init(limit: Int, _ files: any FileSystem) {
        path = nil
        self.files = files
        self.limit = limit
    }

    package mutating func add(_ content: [UInt8], as name: PathBytes, mode: Int = 0o644) throws {
        let entry = TarEntry(path: name, kind: .file, mode: mode, bytes: Int64(content.count))
        try append(TarWriting.header(entry) + content + TarWriting.padding(after: entry.bytes))
    }

    package mutating func addFolder(_ name: PathBytes) throws {
        try append(TarWriting.header(TarEntry(path: name, kind: .folder, mode: 0o755)))
    }

    package mutating func addLink(_ name: PathBytes, to target: PathBytes) throws {
        try append(TarWriting.header(TarEntry(path: name, kind: .link(to: target), mode: 0o777)))
    }

    /// Adds what lies there: with its permission bits, modified at the same time as everything else. Links stay links, for
    /// whose targets `target` may have another word, and folders come without what is in them.
    package mutating func add(
        _ source: String,
        as name: PathBytes,
        mode: (Int) -> Int = { $0 },
        target: (PathBytes) -> PathBytes = { $0 }
    ) throws {
        guard let status = try files.status(source) else { return }
        switch status.kind {
        case .file:
            let entry = TarEntry(path: name, kind: .file, mode: mode(status.mode & 0o777), bytes: status.bytes)
            try addFile(source, entry)
        case .folder: try addFolder(name)
        case .link:
            try addLink(name, to: target(Array(try files.linkTarget(source).utf8)))
        case .other: return
        }
    }

    /// As many bytes as the header says, also where the file grows or shrinks meanwhile.
    private mutating func addFile(_ source: String, _ entry: TarEntry) throws {
        let bytes = entry.bytes
        // Read before anything is written: a file that cannot be read must leave the archive whole.
        var piece = try files.read(source, offset: 0, count: Int(min(bytes, 1 << 20)))
        try append(TarWriting.header(entry))
        var offset: Int64 = 0
        while offset < bytes {
            if piece.isEmpty { piece = [UInt8](repeating: 0, count: Int(min(bytes - offset, 1 << 20))) }
            try append(piece)
            offset += Int64(piece.count)
            if offset < bytes {
                piece = try files.read(source, offset: offset, count: Int(min(bytes - offset, 1 << 20)))
            }
        }
        try append(TarWriting.padding(after: bytes))
    }

    private mutating func append(_ more: [UInt8]) throws {
        bytes += more
        guard bytes.count > limit else { return }
        guard let path else {
            throw FileError(
                operation: "send",
                path: "the run's files",
                reason: .tooLarge(limit: limit),
                message: "they are larger"
            )
        }
        try flush(to: path)
    }

    private mutating func flush(to path: String) throws {
        try files.append(bytes, to: path)
        written += Int64(bytes.count)
        bytes = []
    }

    /// The size of the whole.
    @discardableResult
    package mutating func finish() throws -> Int64 {
        bytes += TarWriting.end
        if let path { try flush(to: path) }
        return written + Int64(bytes.count)
    }
}
