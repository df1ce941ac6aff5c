import ArgumentParser

struct SnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Take, check, compare and hand on snapshots: what runs execute from",
        discussion: "A snapshot is named by its id, the beginning of it, or its name.",
        subcommands: [
            SnapshotCreate.self, SnapshotList.self, SnapshotShow.self, SnapshotCompare.self, SnapshotVerify.self,
            SnapshotRestore.self, SnapshotExport.self,
        ]
    )
}
