import RepriseModel
import RepriseSystem

/// The places below a store's folder.
package struct StoreFolder: Hashable, Sendable {
    /// Absolute path of the `.reprise` folder.
    package let root: String

    package init(_ root: String) { self.root = root }

    package var database: String { root + "/reprise.db" }
    package var objects: String { root + "/objects" }
    /// The bare git repository that keeps the code of snapshots.
    package var snapshots: String { root + "/snapshots.git" }
    /// Code checked out once per snapshot and shared by its runs.
    package var checkouts: String { root + "/checkouts" }
    package var runs: String { root + "/runs" }
    /// Files under construction, on the same file system as `objects`.
    package var unfinished: String { objects + "/unfinished" }

    package func run(_ id: RunID) -> String { "\(runs)/\(id)" }

    /// `.reprise` in `start` or the nearest folder above it that has one with a database, or nil.
    package static func find(from start: String, _ files: any FileSystem) throws(FileError) -> StoreFolder? {
        var place = start
        while true {
            let candidate = StoreFolder(place == "/" ? "/.reprise" : place + "/.reprise")
            if try files.exists(candidate.database) { return candidate }
            let above = RepriseSystem.folder(of: place)
            guard above != place, above != "." else { return nil }
            place = above
        }
    }
}
