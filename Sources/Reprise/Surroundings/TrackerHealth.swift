import RepriseModel

extension Laboratory {
    /// What waits for trackers that do not take it, and what sending would need. Nothing for a site without trackers.
    func trackerHealth() -> [DoctorFinding] {
        guard let reports = try? trackers() else { return [] }
        var findings = reports.filter { $0.isInSite || $0.waiting > 0 }.map(finding)
        if reports.contains(where: { $0.isInSite && $0.kind == "mlflow" }), world.program("curl") == nil {
            findings.append(
                DoctorFinding(
                    name: "curl",
                    state: .warning,
                    text: "not found, and nothing can be sent to the site's servers without it",
                    fix: "install it, or put it into PATH"
                )
            )
        }
        return findings
    }

    private func finding(_ report: TrackerReport) -> DoctorFinding {
        let waiting = "\(report.waiting) of \(report.runs) runs wait"
        var finding = DoctorFinding(
            name: "tracker \(report.kind)",
            state: .ok,
            text: report.waiting == 0 ? report.destination : "\(report.destination): \(waiting)"
        )
        if !report.isInSite {
            finding.state = .warning
            finding.text += ", and the site does not name it"
            finding.fix = "name it again, or `reprise tracker forget \(report.number ?? 0)`"
        } else if let trouble = report.trouble ?? report.refused.first?.why {
            finding.state = .warning
            finding.text += ": \(trouble)"
            finding.fix = "`reprise tracker check` tells more; `reprise tracker send` tries again"
        }
        return finding
    }
}
