import ArgumentParser
import Reprise
import RepriseModel

struct RunRestore: Verb {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Bring deleted runs back",
        discussion: """
            `reprise list --deleted` shows them; a deleted run is named by its id.

            Examples:
              reprise restore 3f2a
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var selection: RunSelection

    func run(in session: Session) async throws {
        let laboratory = session.laboratory
        let chosen = try laboratory.resolve(selection.runs, includingDeleted: true)
        let deleted = try laboratory.rows(chosen).filter { $0.deletedAt != nil }.map(\.id)
        guard !deleted.isEmpty else {
            throw Mistake(
                "none of these runs is deleted",
                fix: "`reprise list --deleted` shows those that are",
                code: "not-deleted"
            )
        }
        try laboratory.restore(deleted)
        session.console.say("restored \(deleted.count) \(deleted.count == 1 ? "run" : "runs")")
    }
}
