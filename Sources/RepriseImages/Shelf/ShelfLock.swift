import RepriseModel
import RepriseSystem

/// Lets one process at a time fetch an image; the others wait, and tell for whom.
struct ShelfLock: Sendable {
    let folder: String
    let files: any FileSystem

    func held<Result>(
        _ name: String,
        doing work: String,
        progress: @Sendable (ImageProgress) -> Void,
        _ body: () async throws -> Result
    ) async throws -> Result {
        try files.makeFolder(folder)
        let path = "\(folder)/\(name).lock"
        let lock = try await taken(path, progress)
        try lock.note("process \(processID()), which \(work)\n")
        let result = try await body()
        try lock.note("")
        return result
    }

    /// The lock itself, where nobody has it now.
    func free(_ name: String) throws -> FileLock? {
        try files.makeFolder(folder)
        return try FileLock("\(folder)/\(name).lock")
    }

    private func taken(_ path: String, _ progress: @Sendable (ImageProgress) -> Void) async throws -> FileLock {
        var told = ""
        while true {
            if let lock = try FileLock(path) { return lock }
            // Whoever holds it may not have said so yet.
            let holder = ((try? files.text(path)) ?? "").split(separator: "\n").first.map(String.init) ?? ""
            if !holder.isEmpty, holder != told {
                told = holder
                progress(.waiting(holder))
            }
            try await ContinuousClock().sleep(for: .milliseconds(100))
        }
    }
}
