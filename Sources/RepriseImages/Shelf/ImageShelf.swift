import RepriseModel
import RepriseSystem

/// The images of a store: what a reference means, that an engine has it, and the files by which it is kept.
///
/// Below its folder lie `ID.tar` or `ID.sif` with `ID.json` for each image that is kept, `origins` with the places of
/// archives, `drafts` of what is being written, and `locks`.
package struct ImageShelf: Sendable {
    package let folder: String
    package let search: EngineSearch
    let files: any FileSystem
    let trees: any FileTree
    let processes: any ProcessRunner
    let clock: any WallClock
    let registry: RegistryClient

    /// `folder` is `images` in the store.
    package init(
        folder: String,
        files: any FileSystem,
        trees: any FileTree,
        processes: any ProcessRunner,
        http: any HTTPClient,
        clock: any WallClock,
        search: EngineSearch
    ) {
        self.folder = folder
        self.files = files
        self.trees = trees
        self.processes = processes
        self.clock = clock
        self.search = search
        registry = RegistryClient(http: http, files: files, processes: processes, variables: search.variables)
    }

    /// Removes what processes that were killed have left half-written. Safe at any time.
    package func sweep() throws {
        let drafts = folder + "/drafts"
        guard try files.exists(drafts) else { return }
        for name in try files.names(in: drafts) {
            let lock = String(name.prefix { $0 != "." })
            if let held = try locks.free(lock) {
                try files.remove("\(drafts)/\(name)")
                try held.note("")
            }
        }
    }

    var origins: ImageOrigins { ImageOrigins(folder: folder + "/origins", files: files) }
    var locks: ShelfLock { ShelfLock(folder: folder + "/locks", files: files) }

    /// The place of something half-written, which nobody else touches while the lock of that name is held. Whatever a
    /// process that was killed left there is removed.
    func draft(_ lock: String) throws(FileError) -> String {
        try files.makeFolder(folder + "/drafts")
        let path = "\(folder)/drafts/\(lock)"
        for ending in ["", ".list", ".tar", ".sif"] { try files.remove(path + ending) }
        return path
    }
}
