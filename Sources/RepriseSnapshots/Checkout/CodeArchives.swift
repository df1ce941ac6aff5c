import RepriseModel
import RepriseSystem

/// Code as one compressed archive, for runs on machines that do not see the store: `parcels/` of it, made once per tree.
///
/// Everything in one was modified at the same moment, 2000-01-01, and is in byte order, so that equal code makes an equal
/// archive. What is removed is made again when it is needed.
package struct CodeArchives: Sendable {
    private let folder: String
    private let checkouts: Checkouts
    private let files: any FileSystem
    private let trees: any FileTree
    private let processes: any ProcessRunner

    package init(
        folder: String,
        checkouts: Checkouts,
        files: any FileSystem,
        trees: any FileTree,
        processes: any ProcessRunner
    ) {
        self.folder = folder
        self.checkouts = checkouts
        self.files = files
        self.trees = trees
        self.processes = processes
    }

    /// The archive of that code, made if it is not there. Safe from several processes and tasks at once.
    package func archive(of code: CodeTree) async throws -> CodeArchive {
        let key = checkouts.key(of: code)
        if let known = read(key) { return known }
        try files.makeFolder(folder)
        return try await trees.locked(folder + "/lock") {
            if let known = read(key) { return known }
            return try await make(key, code)
        }
    }

    /// Removes every archive but those of these trees, and returns how many bytes that freed.
    package func remove(except kept: [CodeTree]) async throws -> Int64 {
        guard try files.exists(folder) else { return 0 }
        let keys = Set(kept.map(checkouts.key))
        return try await trees.locked(folder + "/lock") {
            var bytes: Int64 = 0
            for name in try files.names(in: folder) where name != "lock" {
                if keys.contains(String(name.prefix { $0 != "." })) { continue }
                bytes += try files.status(folder + "/" + name)?.bytes ?? 0
                try files.remove(folder + "/" + name)
            }
            return bytes
        }
    }

    private func make(_ key: String, _ code: CodeTree) async throws -> CodeArchive {
        let checkout = try await checkouts.checkout(of: code)
        let draft = "\(folder)/\(key).tar"
        try write(checkout.path, to: draft)
        // The name of the file and the time must not get into it.
        let script = #"gzip -n < "$1" > "$1.gz" && rm -f "$1""#
        _ = try await processes.succeed(Invocation("/bin/sh", ["-c", script, "sh", draft]))
        let digest = try files.digest(draft + ".gz")
        let path = path(key)
        try files.rename(draft + ".gz", to: path)
        try files.makeDurable([path])
        let record = CodeArchiveRecord(digest: digest.digest, bytes: digest.bytes)
        // Last: its presence says that the archive is whole.
        try files.write(try Value(encoding: record).json(), to: "\(folder)/\(key).json")
        return record.archive(path)
    }

    private func write(_ checkout: String, to path: String) throws {
        try files.remove(path)
        var tar = TarFile(path, files)
        let entries = try trees.walk(Array(checkout.utf8), followingLinks: false, enters: { _ in true })
        for entry in entries.sorted(by: { $0.path.lexicographicallyPrecedes($1.path) }) {
            guard let name = String(validating: entry.path, as: UTF8.self) else {
                try add(entry, of: checkout, to: &tar)
                continue
            }
            try tar.add("\(checkout)/\(name)", as: entry.path, mode: Self.mode)
        }
        try tar.finish()
    }

    /// A name that is no text is only known to `trees`.
    private func add(_ entry: TreeEntry, of checkout: String, to tar: inout TarFile) throws {
        let path = Array((checkout + "/").utf8) + entry.path
        switch entry.status.kind {
        case .file:
            let content = try trees.start(of: path, limit: Int(entry.status.bytes))
            try tar.add(content, as: entry.path, mode: Self.mode(entry.status.mode))
        case .folder: try tar.addFolder(entry.path)
        case .link: try tar.addLink(entry.path, to: try trees.linkTarget(path))
        case .other: return
        }
    }

    /// As git knows them, whatever this machine's settings made of that.
    private static func mode(_ mode: Int) -> Int { mode & 0o100 != 0 ? 0o755 : 0o644 }

    private func path(_ key: String) -> String { "\(folder)/\(key).tar.gz" }

    private func read(_ key: String) -> CodeArchive? {
        // A record that cannot be read is no record: the archive is made anew.
        guard let bytes = try? files.read("\(folder)/\(key).json", limit: 4096),
            let record: CodeArchiveRecord = try? Value(json: bytes[...]).decode(),
            (try? files.status(path(key)))?.bytes == record.bytes
        else { return nil }
        return record.archive(path(key))
    }
}

/// A gzipped tar of some code.
package struct CodeArchive: Hashable, Sendable {
    package var path: String
    /// Of the archive itself: equal digests are equal bytes.
    package var digest: Digest
    package var bytes: Int64
}

private struct CodeArchiveRecord: Codable {
    var digest: Digest
    var bytes: Int64

    func archive(_ path: String) -> CodeArchive { CodeArchive(path: path, digest: digest, bytes: bytes) }
}
