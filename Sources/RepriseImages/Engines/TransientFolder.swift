import RepriseModel
import RepriseSystem

/// A folder in main memory that only this user may enter, for what must never lie on a disk, such as a login.
struct TransientFolder {
    let files: any FileSystem
    let trees: any FileTree

    /// The folder is gone when `body` has ended.
    func with<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        sweep()
        let folder = try trees.makeDraft(of: "/dev/shm/reprise-")
        // Only a folder that is left behind for the next boot; nothing can be done about it here.
        defer { try? files.remove(folder) }
        try files.setMode(0o700, of: folder)
        return try await body(folder)
    }

    /// Removes what processes that were killed have left there.
    private func sweep() {
        for name in (try? files.names(in: "/dev/shm")) ?? [] where name.hasPrefix("reprise-.") && name.hasSuffix(".new")
        {
            let process = name.split(separator: ".").dropFirst().first ?? ""
            guard Int32(process) != nil, let isThere = try? files.exists("/proc/\(process)"), !isThere else { continue }
            // What belongs to somebody else stays.
            try? files.remove("/dev/shm/" + name)
        }
    }
}
