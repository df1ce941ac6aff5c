import ArgumentParser
import Reprise

struct RunLogs: Verb {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print what a run has written",
        discussion: """
            The bytes as the program wrote them. With --follow until the run has ended.

            Examples:
              reprise logs @last --tail 20
              reprise logs 3f2a --stderr --follow
              reprise logs 3f2a --step train
            """
    )

    @OptionGroup var global: GlobalOptions

    @Argument(help: "An id, the beginning of one, a name or @last", completion: .runs)
    var run: String

    @Flag(name: .shortAndLong, help: "Go on until the run has ended")
    var follow = false

    @Flag(help: "Standard error instead of standard output")
    var stderr = false

    @Option(help: ArgumentHelp("Only this step", valueName: "step"))
    var step: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Only the last lines", valueName: "count"))
    var tail: Int?

    func validate() throws {
        if let tail, tail < 1 { throw ValidationError("--tail takes 1 or more, not \(tail)") }
    }

    func run(in session: Session) async throws {
        let options = LogOptions(step: step, errors: stderr, tail: tail, follow: follow)
        for run in try session.laboratory.resolve([run], includingDeleted: true) {
            for try await piece in try session.laboratory.logs(run, options) {
                try session.console.output.write(piece)
            }
        }
    }
}
