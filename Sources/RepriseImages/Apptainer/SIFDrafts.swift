import RepriseModel
import RepriseSystem

/// Folders in which files are made before they are moved into place, each held by a lock while its maker lives.
///
/// What a maker leaves that was killed is removed by the next one that makes anything.
struct SIFDrafts: Sendable {
    let path: String
    let files: any FileSystem
    let trees: any FileTree
    let processes: any ProcessRunner

    /// Hands an empty folder to `body`, and removes it when that has ended.
    func with<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        try files.makeFolder(path)
        for name in try files.names(in: path) where !name.hasSuffix(".lock") {
            if let lock = try FileLock(file(ofLock: name.prefix { $0 != "." })) { try await sweep(name, lock) }
        }
        var number = 1
        while true {
            // The file is never removed: another process may just be locking it.
            if let lock = try FileLock(file(ofLock: "\(number)")) { return try await use(number, lock, body) }
            number += 1
        }
    }

    private func file(ofLock number: some StringProtocol) -> String { "\(path)/\(number).lock" }

    /// Removes what a maker left that lives no more. What cannot be removed costs room alone.
    private func sweep(_ name: String, _ lock: borrowing FileLock) async throws {
        let folder = path + "/" + name
        try? files.remove(folder)
        if try files.status(folder) == nil { return }
        // A build that a user made pretends to be root, with users of its own, whose files only they may remove.
        let words = ["--map-auto", "--map-root-user", "rm", "-rf", "--", folder]
        _ = try? await processes.run(Invocation("unshare", words))
    }

    /// Under a name that never was there before: what a killed maker had started may still be at work in its folder.
    private func use<Result>(
        _ number: Int,
        _ lock: borrowing FileLock,
        _ body: (String) async throws -> Result
    ) async throws -> Result {
        let folder = try trees.makeDraft(of: "\(path)/\(number)")
        defer { try? files.remove(folder) }
        return try await body(folder)
    }
}
