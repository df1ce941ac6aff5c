import ArgumentParser
import Reprise
import RepriseModel

struct MachineDoctor: Verb {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look for what would keep experiments from running here",
        discussion: "Exit status 1 where there is a problem. Warnings do not count."
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var json: JSONOption

    func run(in session: Session) async throws {
        let findings = await session.laboratory.doctor()
        if json.isOn {
            try session.console.document(.list(findings.map(value)))
        } else {
            for finding in findings { try print(finding, on: session.console) }
        }
        if findings.contains(where: { $0.state == .problem }) { throw ExitCode(1) }
    }

    private func print(_ finding: DoctorFinding, on console: Console) throws {
        let (word, paint): (String, Paint) =
            switch finding.state {
            case .ok: ("ok     ", .green)
            case .warning: ("warning", .yellow)
            case .problem: ("problem", .red)
            }
        try console.line("\(console.painted(word, paint))  \(finding.name): \(finding.text.harmless)")
        if finding.state != .ok, let fix = finding.fix { try console.line("         fix: \(fix)") }
    }

    private func value(of finding: DoctorFinding) -> Value {
        [
            "name": .string(finding.name), "state": .string(finding.state.rawValue), "text": .string(finding.text),
            "fix": finding.fix.map(Value.string) ?? .null,
        ]
    }
}
