import RepriseModel

/// What a garbage collection removed, or would remove.
package struct GarbageReport: Hashable, Sendable {
    package var runs: [RunID] = []
    /// Their refs in the git repository are for whoever keeps that to remove.
    package var snapshots: [SnapshotRecord] = []
    /// The code of every snapshot that stays, whose checkouts may stay with it.
    package var keptTrees: [CodeTree] = []
    /// The ids of logged models.
    package var models: [String] = []
    package var objects: [Digest] = []
    /// Files and folders below the store's own, of images that nothing needs.
    package var images: [String] = []
    /// Freed by files of runs, objects and images together.
    package var bytes: Int64 = 0
}

/// What a garbage collection may take.
package struct GarbageRule: Sendable {
    /// Runs and logged models deleted before this are removed for good.
    package var deletedBefore: Timestamp
    /// Whatever nothing refers to stays until it is this old: another process may be about to refer to it.
    package var youth: Duration
    /// Tells what would go, and removes nothing.
    package var isDryRun: Bool

    package init(
        deletedBefore: Timestamp,
        youth: Duration = .seconds(3600),
        isDryRun: Bool = false
    ) {
        self.deletedBefore = deletedBefore
        self.youth = youth
        self.isDryRun = isDryRun
    }
}
