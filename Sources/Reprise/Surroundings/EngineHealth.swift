import RepriseImages
import RepriseModel

extension Laboratory {
    /// The container engines that are installed here. None is no problem by itself: a target that needs one says so.
    func engineHealth() async -> [DoctorFinding] {
        let examination = engineExamination
        var findings: [DoctorFinding] = []
        for kind in EngineKind.allCases {
            do {
                let found = try await examination.look(at: kind)
                findings.append(DoctorFinding(name: found.report.name, state: .ok, text: found.report.words))
                findings += found.remarks.map {
                    DoctorFinding(name: kind.rawValue, state: .warning, text: $0.what, fix: $0.fix)
                }
            } catch EngineError.missing {
                continue
            } catch {
                let problem = TargetReport.Problem(error)
                findings.append(
                    DoctorFinding(name: kind.rawValue, state: .warning, text: problem.what, fix: problem.fix)
                )
            }
        }
        guard findings.isEmpty else { return findings }
        let text = "no Podman, Docker or Apptainer; experiments without images need none"
        return [DoctorFinding(name: "containers", state: .ok, text: text)]
    }
}
