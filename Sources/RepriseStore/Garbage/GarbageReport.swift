import RepriseModel

/// What a garbage collection removed, or would remove.
package struct GarbageReport: Hashable, Sendable {
    package var runs: [RunID] = []
    /// Their refs in the git repository are for whoever keeps that to remove.
    package var snapshots: [SnapshotRecord] = []
    /// Names below `checkouts/`.
    package var checkouts: [String] = []
    package var objects: [Digest] = []
    /// Freed by files of runs, checkouts and objects together.
    package var bytes: Int64 = 0
}

/// What a garbage collection may take.
package struct GarbageRule: Sendable {
    /// Runs deleted before this are removed for good.
    package var deletedBefore: Timestamp
    /// Whatever nothing refers to stays until it is this old: another process may be about to refer to it.
    package var youth: Duration
    /// Tells what would go, and removes nothing.
    package var isDryRun: Bool
    /// The folder below `checkouts/` that a snapshot's code lies in.
    package var checkoutName: @Sendable (SnapshotRecord) -> String

    package init(
        deletedBefore: Timestamp,
        youth: Duration = .seconds(3600),
        isDryRun: Bool = false,
        checkoutName: @escaping @Sendable (SnapshotRecord) -> String = { $0.id.description }
    ) {
        self.deletedBefore = deletedBefore
        self.youth = youth
        self.isDryRun = isDryRun
        self.checkoutName = checkoutName
    }
}
