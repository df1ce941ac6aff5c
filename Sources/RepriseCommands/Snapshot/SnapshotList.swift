import ArgumentParser
import Reprise
import RepriseModel

struct SnapshotList: Verb {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List snapshots, the newest first")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    func run(in session: Session) async throws {
        let snapshots = try session.laboratory.snapshots()
        guard !json.isOn else { return try session.console.document(Value(encoding: snapshots)) }
        var table = Table([
            .init("id", isWhole: true), .init("name"), .init("project"), .init("taken"), .init("commit"),
        ])
        table.rows = snapshots.map { snapshot in
            let commit = snapshot.projectCommit.map { $0.prefix(10) + (snapshot.isDirty ? " and changes" : "") } ?? ""
            return [
                .init(snapshot.id.short), .init(snapshot.name ?? ""), .init(snapshot.project),
                .init(snapshot.createdAt.description), .init(String(commit)),
            ]
        }
        if snapshots.isEmpty { return session.console.say("no snapshot yet; `reprise run` takes one") }
        try session.console.print(table)
    }
}
