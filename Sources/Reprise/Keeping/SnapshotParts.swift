import RepriseSnapshots
import RepriseStore
import RepriseSystem

extension World {
    /// What takes in code, data and environment, for one store.
    func snapshotMaker(_ store: StoreFolder) -> SnapshotMaker {
        SnapshotMaker(
            store: store.root,
            files: files,
            trees: LiveFileTree(),
            processes: processes,
            host: LiveHost(),
            clock: wallClock,
            variables: variables
        )
    }

    /// The writable layer over a large tree, for the scripts of runs.
    var overlayMount: OverlayMount {
        let facts = LiveHost().facts()
        return OverlayMount(files: files, processes: processes, user: facts.user, group: facts.group)
    }

    /// The first executable file of that name in PATH.
    func program(_ name: String) -> String? {
        (variables["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
            .map { "\($0)/\(name)" }
            .first { path in
                guard let status = try? files.status(path) else { return false }
                return status.kind == .link || (status.kind == .file && status.mode & 0o111 != 0)
            }
    }
}
