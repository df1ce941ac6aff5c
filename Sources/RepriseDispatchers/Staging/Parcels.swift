import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Makes the files that go with a job to where it is executed into one tar, for `StagingScript.unpack`.
///
/// Equal files make equal bytes: every time in it is the same. What lies in the run's folder but is not named stays here.
package struct Parcels: Sendable {
    private let files: any FileSystem

    package init(files: any FileSystem = LiveFileSystem()) { self.files = files }

    /// Writes the tar of what goes with a job, without code and data, and returns its size.
    @discardableResult
    package func write(_ parcel: JobParcel, to path: String) throws -> Int64 {
        try write(parcel.files, below: parcel.runFolder, gone: parcel.gone, to: path)
    }

    /// The same in memory; refuses more than `limit` bytes by `FileError.tooLarge`.
    package func tar(_ parcel: JobParcel, limit: Int) throws -> [UInt8] {
        try tar(parcel.files, below: parcel.runFolder, gone: parcel.gone, limit: limit)
    }

    /// Writes the tar and returns its size. `paths` lie below `folder`, the run's; what went away meanwhile is left out.
    ///
    /// `gone` is what came with the code and is to be removed again.
    @discardableResult
    package func write(_ paths: [String], below folder: String, gone: [String] = [], to path: String) throws -> Int64 {
        try files.remove(path)
        var tar = TarFile(path, files)
        try put(paths, below: folder, gone: gone, into: &tar)
        return try tar.finish()
    }

    /// The same in memory; refuses more than `limit` bytes by `FileError.tooLarge`.
    package func tar(_ paths: [String], below folder: String, gone: [String] = [], limit: Int) throws -> [UInt8] {
        var tar = TarFile(limit: limit, files)
        try put(paths, below: folder, gone: gone, into: &tar)
        try tar.finish()
        return tar.bytes
    }

    private func put(_ paths: [String], below folder: String, gone: [String], into tar: inout TarFile) throws {
        let lines = gone.filter { !$0.unicodeScalars.contains("\n") }.map { $0 + "\n" }.joined()
        try tar.add(Array(lines.utf8), as: Array("\(StagingScript.marks)/gone".utf8))
        for path in paths {
            do {
                try tar.add(folder + "/" + path, as: Array(path.utf8), place: Array(folder.utf8))
            } catch let error as FileError where error.reason == .missing {
                continue
            }
        }
    }
}

/// A tar archive under way.
struct TarFile {
    private let path: String?
    private let files: any FileSystem
    private let limit: Int
    private(set) var bytes: [UInt8] = []
    private var written: Int64 = 0

    init(_ path: String, _ files: any FileSystem) {
        self.path = path
        self.files = files
        limit = 4 << 20
    }

    init(limit: Int, _ files: any FileSystem) {
        path = nil
        self.files = files
        self.limit = limit
    }

    mutating func add(_ content: [UInt8], as name: PathBytes) throws {
        let entry = TarEntry(path: name, kind: .file, mode: 0o644, bytes: Int64(content.count))
        try append(TarWriting.header(entry) + content + TarWriting.padding(after: entry.bytes))
    }

    /// Adds what lies there; links stay links, and folders come without what is in them.
    mutating func add(_ source: String, as name: PathBytes, place: PathBytes) throws {
        guard let status = try files.status(source) else { return }
        var entry = TarEntry(path: name, kind: .other, mode: status.mode & 0o777)
        switch status.kind {
        case .file:
            entry.kind = .file
            return try addFile(source, entry, bytes: status.bytes)
        case .folder: entry.kind = .folder
        case .link:
            let target = Array(try files.linkTarget(source).utf8)
            entry.kind = .link(to: StagedLink.target(target, at: name, place: place))
        case .other: return
        }
        try append(TarWriting.header(entry))
    }

    /// As many bytes as the header says, also where the file grows or shrinks meanwhile.
    private mutating func addFile(_ source: String, _ entry: TarEntry, bytes: Int64) throws {
        var entry = entry
        entry.bytes = bytes
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
    mutating func finish() throws -> Int64 {
        bytes += TarWriting.end
        if let path { try flush(to: path) }
        return written + Int64(bytes.count)
    }
}
