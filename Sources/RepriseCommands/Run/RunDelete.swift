import ArgumentParser
import Reprise
import RepriseModel

struct RunDelete: Verb {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Hide runs; `restore` brings them back until `gc` removes them",
        discussion: """
            A run that has not ended is refused; stop it first.

            Examples:
              reprise delete @last
              reprise delete launch:3f2a9b1c77d0
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var selection: RunSelection

    func run(in session: Session) async throws {
        let chosen = try session.laboratory.resolve(selection.runs)
        try session.laboratory.delete(chosen)
        let ids = chosen.prefix(3).map(\.short).joined(separator: " ") + (chosen.count > 3 ? " …" : "")
        let count = "\(chosen.count) \(chosen.count == 1 ? "run" : "runs")"
        session.console.say("deleted \(count); `reprise restore \(ids)` brings back what `gc` has not removed")
    }
}
