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

    @Argument(help: "The target; the site's own by default")
    var target: String?

    func run(in session: Session) async throws {
        let laboratory = session.laboratory
        let name = try target ?? laboratory.targets().first { $0.isDefault }?.name ?? "local"
        let report = try laboratory.check(target: name)
        if json.isOn {
            try session.console.document(report.value)
        } else {
            try session.console.print(TargetReport.table([report]))
            for problem in report.problems {
                session.console.complain("problem: \(problem.what)".harmless)
                if let fix = problem.fix { session.console.complain("  fix: \(fix)".harmless) }
            }
        }
        if !report.works { throw ExitCode(1) }
    }
}
