import Glibc
import RepriseSnapshots
import RepriseStore
import RepriseSystem

/// The parts that take in code and data, put together for one store.
struct SnapshotKit: Sendable {
    let repository: SnapshotRepository
    let checkouts: Checkouts
    let overlay: OverlayMount
    let workspaces: Workspaces
    let data: DataCapture

    init(world: World, store: StoreFolder) {
        repository = SnapshotRepository(
            path: store.snapshots,
            files: world.files,
            trees: LiveFileTree(),
            processes: world.processes,
            git: world.gitPath
        )
        checkouts = Checkouts(folder: store.checkouts, repository: repository)
        overlay = OverlayMount(
            files: world.files,
            processes: world.processes,
            user: Int(geteuid()),
            group: Int(getegid())
        )
        workspaces = Workspaces(checkouts: checkouts, repository: repository, overlay: overlay)
        data = DataCapture(
            cache: store.root + "/data-cache",
            files: world.files,
            trees: LiveFileTree(),
            clock: world.wallClock,
            width: MachineSize.live(world.files).processors
        )
    }
}

extension World {
    /// Where git lies, so that it is not searched for each time it is called.
    var gitPath: String { program("git") ?? "git" }

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
