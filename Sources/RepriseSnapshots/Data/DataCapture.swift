import RepriseModel
import RepriseSystem

/// A data item as an experiment names it.
package struct DataRequest: Hashable, Sendable {
    package var name: String
    /// As written; relative paths count from the experiment's folder.
    package var path: String
    /// The content that the experiment file itself insists on.
    package var digest: Digest?

    package init(name: String, path: String, digest: Digest? = nil) {
        self.name = name
        self.path = path
        self.digest = digest
    }
}

/// A data item that is not any more what a run counts on.
package struct DataChange: Hashable, Sendable {
    package var item: DataItem
    /// Nil where nothing lies there any more.
    package var found: DataContent?
}

/// Bytes hashed, bytes to hash.
package typealias DataProgress = @Sendable (Int64, Int64) -> Void

/// Digests of data, by content.
///
/// A file's digest is the SHA-256 of its content, as `sha256sum` prints it. A folder's is the SHA-256 of this text: the
/// line `reprise data folder 1`, then for every file below it, in byte order of the paths, a line of the file's digest
/// in hexadecimal digits, its size, the length of its path in bytes, and the path below the folder, a space between
/// each. Links count as what they lead to; permissions, times and empty folders do not count.
///
/// What was hashed before and looks unchanged (device, inode, size, times of content and of metadata) is not read again.
package struct DataCapture: Sendable {
    private let cache: String
    let files: any FileSystem
    private let trees: any FileTree
    private let clock: any WallClock
    private let width: Int

    /// `cache` is a folder in the store; `width` how many files are hashed at once.
    package init(cache: String, files: any FileSystem, trees: any FileTree, clock: any WallClock, width: Int = 2) {
        self.cache = cache
        self.files = files
        self.trees = trees
        self.clock = clock
        self.width = max(1, width)
    }

    /// What lies at the absolute path now.
    package func digest(
        name: String,
        path: String,
        progress: DataProgress = { _, _ in }
    ) async throws -> DataItem {
        let root = Array(path.utf8)
        guard let status = try trees.status(root, followingLinks: true) else {
            throw DataError.missing(name: name, path: path)
        }
        var known = read(path)
        var found = try survey(root, status, name: name, path: path)
        let isComplete = reuse(known, in: &found)
        if !isComplete || known == nil {
            try await hash(&found, root, progress: progress)
            let fresh = status.kind == .folder ? folderDigest(found) : found.first?.digest ?? []
            let total = found.reduce(0) { $0 + $1.stamp.bytes }
            let cache = DataCache(digest: fresh, bytes: total, files: found)
            try files.makeFolder(self.cache)
            try files.write(cache.content, to: file(of: path))
            known = cache
        }
        return DataItem(
            name: name,
            path: path,
            digest: Digest(octets: known?.digest ?? []),
            bytes: known?.bytes ?? 0,
            files: found.count,
            isFolder: status.kind == .folder
        )
    }

    /// The items that differ from what they were, in their order.
    package func check(_ items: [DataItem], progress: DataProgress = { _, _ in }) async throws -> [DataChange] {
        var changes: [DataChange] = []
        for item in items {
            do {
                let now = try await digest(name: item.name, path: item.path, progress: progress)
                if now.digest == item.digest, now.isFolder == item.isFolder { continue }
                let found = DataContent(digest: now.digest, bytes: now.bytes, files: now.files)
                changes.append(DataChange(item: item, found: found))
            } catch DataError.missing {
                changes.append(DataChange(item: item, found: nil))
            }
        }
        return changes
    }

    func file(of path: String) -> String {
        cache + "/" + SHA256Hasher.digest(of: path.utf8).description.prefix(20)
    }

    private func read(_ path: String) -> DataCache? {
        // A cache that cannot be read is no cache.
        guard let content = try? files.read(file(of: path), limit: 4 << 30) else { return nil }
        return DataCache(content)
    }

    /// The item's files as they lie there, digests still unknown, in the order of the walk.
    private func survey(_ root: PathBytes, _ status: FileStatus, name: String, path: String) throws -> [DataFile] {
        switch status.kind {
        case .file: return [DataFile(path: [], stamp: DataStamp(status), hashedAt: 0, digest: [])]
        case .folder:
            return try trees.walk(root, followingLinks: true, enters: { _ in true })
                .compactMap { entry in
                    switch entry.status.kind {
                    case .folder: return nil
                    case .file:
                        return DataFile(path: entry.path, stamp: DataStamp(entry.status), hashedAt: 0, digest: [])
                    case .link, .other: throw DataError.notAFile(name: name, path: path + "/" + pathText(entry.path))
                    }
                }
        case .link, .other: throw DataError.notAFile(name: name, path: path)
        }
    }

    /// Fills in what is known; true where that is everything, and nothing has gone either.
    private func reuse(_ known: DataCache?, in found: inout [DataFile]) -> Bool {
        guard let known else { return false }
        if known.files.count == found.count, zip(known.files, found).allSatisfy({ isSame($0, $1) }) { return true }
        let byPath = Dictionary(known.files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        for index in found.indices {
            if let old = byPath[found[index].path], isSame(old, found[index]) { found[index] = old }
        }
        return false
    }

    private func isSame(_ old: DataFile, _ new: DataFile) -> Bool {
        old.stamp == new.stamp && old.path == new.path && old.isSettled
    }

    private func hash(_ found: inout [DataFile], _ root: PathBytes, progress: DataProgress) async throws {
        let open = found.indices.filter { found[$0].digest.isEmpty }
        let total = open.reduce(0) { $0 + found[$1].stamp.bytes }
        let pieces = open.map { (index: $0, file: found[$0]) }
        var done: Int64 = 0
        try await withThrowingTaskGroup(of: [(Int, DataFile)].self) { group in
            // Pieces of about 8 MiB or 256 files keep all tasks busy and the progress moving.
            var waiting = batches(pieces)[...]
            for batch in waiting.prefix(width) { group.addTask { try hash(batch, root) } }
            waiting = waiting.dropFirst(width)
            while let hashed = try await group.next() {
                for (index, file) in hashed {
                    found[index] = file
                    done += file.stamp.bytes
                }
                progress(done, total)
                if let batch = waiting.popFirst() { group.addTask { try hash(batch, root) } }
            }
        }
    }

    private func batches(_ pieces: [(index: Int, file: DataFile)]) -> [[(index: Int, file: DataFile)]] {
        var batches: [[(index: Int, file: DataFile)]] = []
        var batch: [(index: Int, file: DataFile)] = []
        var bytes: Int64 = 0
        for piece in pieces {
            batch.append(piece)
            bytes += piece.file.stamp.bytes
            if bytes >= 8 << 20 || batch.count >= 256 {
                batches.append(batch)
                (batch, bytes) = ([], 0)
            }
        }
        return batch.isEmpty ? batches : batches + [batch]
    }

    private func hash(_ batch: [(index: Int, file: DataFile)], _ root: PathBytes) throws -> [(Int, DataFile)] {
        try batch.map { index, file in
            let path = file.path.isEmpty ? root : root + [0x2F] + file.path
            // Twice at most: a file that still changes is being written by somebody.
            for _ in 0..<2 {
                guard let before = try trees.status(path, followingLinks: true) else { break }
                let now = clock.now().milliseconds * 1_000_000
                let digest = try trees.digest(path).digest
                let after = try trees.status(path, followingLinks: true)
                if let after, DataStamp(before) == DataStamp(after) {
                    let octets = bytes(hexadecimal: digest.description) ?? []
                    return (index, DataFile(path: file.path, stamp: DataStamp(after), hashedAt: now, digest: octets))
                }
            }
            throw DataError.unsettled(path: pathText(path))
        }
    }

    private func folderDigest(_ files: [DataFile]) -> [UInt8] {
        var hasher = SHA256Hasher()
        hasher.update("reprise data folder 1\n".utf8)
        for file in files.sorted(by: { $0.path.lexicographicallyPrecedes($1.path) }) {
            let head = "\(hexadecimal(file.digest)) \(file.stamp.bytes) \(file.path.count) "
            hasher.update(Array(head.utf8) + file.path + [0x0A])
        }
        return bytes(hexadecimal: hasher.finish().description) ?? []
    }
}

extension DataCapture {
    /// Forgets what was hashed at the path, so that the next look reads every byte.
    package func forget(_ path: String) throws(FileError) { try files.remove(file(of: path)) }
}
