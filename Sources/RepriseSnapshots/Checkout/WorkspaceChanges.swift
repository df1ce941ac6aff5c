import RepriseModel
import RepriseSystem

/// What jobs have made of a run's folder since it was filled.
package struct WorkspaceChanges: Sendable {
    private let checkouts: Checkouts
    private let files: any FileSystem
    private let trees: any FileTree

    package init(checkouts: Checkouts, files: any FileSystem, trees: any FileTree) {
        self.checkouts = checkouts
        self.files = files
        self.trees = trees
    }

    /// Paths below the run's folder: everything in `outputs/`, and of `work/` what is not as it came with the code.
    ///
    /// Names that are no text are left out, as they are from all outputs. The run has a copy of the code of its own.
    package func changes(in run: String, since code: CodeTree) async throws -> (files: [String], gone: [String]) {
        let checkout = try await checkouts.checkout(of: code).path
        let before = try entries(checkout)
        let work = run + "/work"
        let after = try entries(work)
        // The last file that was written when the folder was filled.
        let filled = try files.status(run + "/run.json")?.changed ?? 0
        let changed = try after.filter { name, status in
            guard let old = before[name], old.kind == status.kind else { return true }
            if status.kind == .folder || status.changed < filled { return false }
            return try !isSame(checkout + "/" + name, old, work + "/" + name, status)
        }
        let gone = before.filter { name, status in after[name]?.kind != status.kind }
        let outputs = try entries(run + "/outputs")
        return (
            files: kept(outputs, "outputs/") + kept(changed, "work/"),
            gone: gone.keys.map { "work/" + $0 }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        )
    }

    /// In byte order, which puts a folder before what is in it.
    private func kept(_ entries: [String: FileStatus], _ prefix: String) -> [String] {
        entries.filter { $0.value.kind != .other }.keys.map { prefix + $0 }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// A copy has times of its own, so that what was copied a moment before the folder was ready is compared.
    private func isSame(_ path: String, _ status: FileStatus, _ other: String, _ otherStatus: FileStatus) throws -> Bool
    {
        if status.kind == .link { return try files.linkTarget(path) == files.linkTarget(other) }
        guard status.kind == .file, status.bytes == otherStatus.bytes,
            status.mode & 0o100 == otherStatus.mode & 0o100
        else { return false }
        return try files.digest(path).digest == files.digest(other).digest
    }

    private func entries(_ folder: String) throws -> [String: FileStatus] {
        guard try files.exists(folder) else { return [:] }
        var entries: [String: FileStatus] = [:]
        for entry in try trees.walk(Array(folder.utf8), followingLinks: false, enters: { _ in true }) {
            if let name = String(validating: entry.path, as: UTF8.self) { entries[name] = entry.status }
        }
        return entries
    }
}
