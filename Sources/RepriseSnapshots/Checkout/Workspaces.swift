import RepriseModel
import RepriseSystem

/// How a run sees the code in its `work/`.
package enum WorkspacePlan: Hashable, Sendable, Codable {
    /// `work/` holds a copy of its own.
    case copied
    /// `work/` is empty until the run's script lays a writable layer of its own over the shared tree.
    case overlay(lower: String)
}

/// Gives each run a working directory that no other run sees into.
///
/// A small tree is copied, which takes a fraction of a millisecond and needs no rights. A large one is shared: an
/// overlay mount in a mount namespace of the run's own, by root or through a user namespace; five hundred runs then
/// cost one copy. Where the machine allows neither, a large tree is copied, too, sharing blocks where the file system can.
package struct Workspaces: Sendable {
    private let checkouts: Checkouts
    private let repository: SnapshotRepository
    private let overlay: OverlayMount
    /// Up to here a tree is copied.
    var copiedCount = 2000
    var copiedBytes: Int64 = 32 << 20

    package init(checkouts: Checkouts, repository: SnapshotRepository, overlay: OverlayMount) {
        self.checkouts = checkouts
        self.repository = repository
        self.overlay = overlay
    }

    /// Fills `work`, which must not exist yet, or makes it ready for the run's script.
    ///
    /// `mayShare` is false where the run's script does not run on this machine: then the files must be there.
    package func prepare(_ code: CodeTree, at work: String, mayShare: Bool = true) async throws -> WorkspacePlan {
        let checkout = try await checkouts.checkout(of: code)
        if mayShare, try await isShared(checkout, at: work) {
            try repository.files.makeFolder(work)
            for folder in [overlay.upper(of: work), overlay.inner(of: work)] { try repository.files.makeFolder(folder) }
            return .overlay(lower: checkout.path)
        }
        try repository.trees.copy(Array(checkout.path.utf8), to: Array(work.utf8))
        return .copied
    }

    /// Whether the code has a file at that path.
    package func holds(_ path: String, in code: CodeTree) async throws -> Bool {
        try repository.files.exists(try await checkouts.checkout(of: code).path + "/" + path)
    }

    private func isShared(_ checkout: Checkout, at work: String) async throws -> Bool {
        if checkout.count <= copiedCount {
            if checkout.bytes <= copiedBytes { return false }
            if repository.trees.sharesBlocks(RepriseSystem.folder(of: work)) { return false }
        }
        return try await overlay.works(in: RepriseSystem.folder(of: checkout.path), boot: checkouts.bootIdentity())
    }
}
