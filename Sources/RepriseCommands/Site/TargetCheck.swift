import ArgumentParser
import Reprise
import RepriseModel

struct TargetCheck: Verb {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check whether a target works from here, and tell what is missing",
        discussion: """
            Exit status 1 where it does not work.

            Examples:
              reprise target check
              reprise target check hpc
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    @Argument(help: "The target; the site's own by default", completion: .targets)
    var target: String?

    func run(in session: Session) async throws {
        let report = try await session.laboratory.check(target: target)
        if json.isOn {
            try session.console.document(report.value)
        } else {
            try session.console.print(TargetReport.table([report]))
            if let engine = report.engine { session.console.say("engine: \(engine.words)".harmless) }
            for problem in report.problems { tell("problem", problem, session.console) }
            for remark in report.remarks { tell("note", remark, session.console) }
        }
        if !report.works { throw ExitCode(1) }
    }

    private func tell(_ word: String, _ problem: TargetReport.Problem, _ console: Console) {
        console.complain("\(word): \(problem.what)".harmless)
        if let fix = problem.fix { console.complain("  fix: \(fix)".harmless) }
    }
}
