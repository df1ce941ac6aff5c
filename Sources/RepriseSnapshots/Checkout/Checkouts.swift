import RepriseModel
import RepriseSystem

/// Trees written out once, from which any number of runs get their working directories: `checkouts/` of the store.
///
/// Nobody writes into a checkout. It is trusted within the boot of the machine in which it was made; after a restart,
/// which may have cost what was not yet on disk, it is made anew.
package struct Checkouts: Sendable {
    private let folder: String
    private let repository: SnapshotRepository
    private var files: any FileSystem { repository.files }
    private var trees: any FileTree { repository.trees }

    package init(folder: String, repository: SnapshotRepository) {
        self.folder = folder
        self.repository = repository
    }

    /// The checkout of the tree, made if it is not there. Safe from several processes and tasks at once.
    package func checkout(of code: CodeTree) async throws -> Checkout {
        let path = folder + "/" + key(of: code)
        let boot = bootIdentity()
        if let known = read(path), known.boot == boot { return known.checkout(path) }
        try files.makeFolder(folder)
        return try await trees.locked(folder + "/lock") {
            if let known = read(path), known.boot == boot { return known.checkout(path) }
            try files.remove(path + ".json")
            try files.remove(path)
            try await repository.write(code, into: path, index: path + ".index")
            let entries = try trees.walk(Array(path.utf8), followingLinks: false, enters: { _ in true })
            let kept = entries.filter { $0.status.kind == .file }
            let record = CheckoutRecord(
                boot: boot,
                files: entries.count,
                bytes: kept.reduce(0) { $0 + $1.status.bytes }
            )
            try files.write(try Value(encoding: record).json(), to: path + ".json")
            return record.checkout(path)
        }
    }

    /// Removes every checkout but those of these trees. The caller knows that no run works above one of the others.
    package func remove(except kept: [CodeTree]) async throws {
        guard try files.exists(folder) else { return }
        let keys = kept.map(key)
        try await trees.locked(folder + "/lock") {
            for name in try files.names(in: folder) where name != "lock" && !name.hasPrefix("overlay") {
                if !keys.contains(where: { name == $0 || name.hasPrefix($0 + ".") }) {
                    try files.remove(folder + "/" + name)
                }
            }
        }
    }

    func key(of code: CodeTree) -> String {
        if code.emptyFolders.isEmpty { return code.tree }
        let digest = SHA256Hasher.digest(of: code.emptyFolders.joined(separator: "\n").utf8)
        return code.tree + "-" + digest.short
    }

    private func read(_ path: String) -> CheckoutRecord? {
        // A record that cannot be read is no record: the checkout is made anew.
        guard let bytes = try? files.read(path + ".json", limit: 4096), let value = try? Value(json: bytes[...]) else {
            return nil
        }
        return try? value.decode()
    }

    func bootIdentity() -> String {
        // Where the kernel does not tell, a checkout is trusted for ever.
        let text = try? files.read("/proc/sys/kernel/random/boot_id", limit: 100)
        return text.map { String(decoding: $0.prefix { $0 > 0x20 }, as: UTF8.self) } ?? ""
    }
}

/// A tree that lies ready.
package struct Checkout: Hashable, Sendable {
    package var path: String
    /// Files, links and folders.
    package var count: Int
    package var bytes: Int64
}

private struct CheckoutRecord: Codable {
    var boot: String
    var files: Int
    var bytes: Int64

    func checkout(_ path: String) -> Checkout { Checkout(path: path, count: files, bytes: bytes) }
}

extension SnapshotRepository {
    /// Writes the tree's files and empty folders into a new folder, which appears complete or not at all.
    ///
    /// `index` is a file for git's own use; it is gone afterwards.
    func write(_ code: CodeTree, into folder: String, index: String) async throws {
        let draft = try trees.makeDraft(of: folder)
        do {
            try files.remove(index)
            _ = try await run(["read-tree", "--reset", "-u", code.tree], index: index, tree: draft)
            for empty in code.emptyFolders {
                try makeFolder(pathBytes(empty), in: draft)
            }
            try files.rename(draft, to: folder)
            try files.remove(index)
        } catch {
            try files.remove(draft)
            try files.remove(index)
            throw error
        }
    }

    private func makeFolder(_ path: PathBytes, in root: String) throws {
        try trees.makeFolder(Array((root + "/").utf8) + path)
    }
}
