import RepriseModel
import RepriseSystem

/// Folders in which files are made before they are moved into place, each held by a lock while its maker lives.
///
/// What a maker leaves that was killed is removed by the next one that makes anything.
struct SIFDrafts: Sendable {
    let path: String
    let files: any FileSystem

    /// Hands an empty folder to `body`, and removes it when that has ended.
    func with<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        try files.makeFolder(path)
        for name in try files.names(in: path) where !name.hasSuffix(".lock") {
            // What cannot be removed, since another user's files lie in it by way of a user namespace, costs room alone.
            if let lock = try FileLock(path + "/" + name + ".lock") { try? remove(name, lock) }
        }
        var number = 1
        while true {
            let name = String(number)
            // A lock file is never removed: another process may just be taking it.
            if let lock = try FileLock(path + "/" + name + ".lock") {
                if try isEmpty(name, lock) { return try await use(path + "/" + name, lock, body) }
            }
            number += 1
        }
    }

    private func isEmpty(_ name: String, _ lock: borrowing FileLock) throws -> Bool {
        try? remove(name, lock)
        return try files.status(path + "/" + name) == nil
    }

    private func use<Result>(
        _ folder: String,
        _ lock: borrowing FileLock,
        _ body: (String) async throws -> Result
    ) async throws -> Result {
        try files.makeFolder(folder)
        defer { try? files.remove(folder) }
        return try await body(folder)
    }

    private func remove(_ name: String, _ lock: borrowing FileLock) throws { try files.remove(path + "/" + name) }
}
