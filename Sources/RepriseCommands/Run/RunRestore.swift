import ArgumentParser
import Reprise

struct RunRestore: Verb {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Bring deleted runs back",
        discussion: """
            `reprise list --deleted` shows them.

            Examples:
              reprise restore 3f2a
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var selection: RunSelection

    func run(in session: Session) async throws {
        let chosen = try session.laboratory.resolve(selection.runs, includingDeleted: true)
        try session.laboratory.restore(chosen)
        session.console.say("restored \(chosen.count) \(chosen.count == 1 ? "run" : "runs")")
    }
}
