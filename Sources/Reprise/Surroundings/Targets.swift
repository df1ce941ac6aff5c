import RepriseModel
import RepriseSite
import RepriseSystem

/// Whether a target works from here, and what it offers.
public struct TargetReport: Hashable, Sendable {
    public var name: String
    public var kind: String
    /// Whether runs go there when no target is named.
    public var isDefault: Bool
    /// What it can give to runs at one time, in words.
    public var offers: [String]
    /// What is missing, each with what to do about it; empty where everything works.
    public var problems: [Problem]

    /// Something that is missing.
    public struct Problem: Hashable, Sendable {
        public var what: String
        public var fix: String?
    }
}

extension Laboratory {
    /// Every target of the site, looked at from here.
    public func targets(settings: [String] = []) throws -> [TargetReport] {
        let site = try site(overrides: settings)
        return try site.targets.map { try report(on: site.settings(for: $0), in: site) }
    }

    /// One target, looked at from here.
    public func check(target: String, settings: [String] = []) throws -> TargetReport {
        let site = try site(overrides: settings)
        return try report(on: site.settings(for: target), in: site)
    }

    private func report(on target: TargetSettings, in site: Site) throws -> TargetReport {
        var report = TargetReport(
            name: target.name,
            kind: target.kind.rawValue,
            isDefault: try site.settings.target == target.name,
            offers: [],
            problems: []
        )
        guard target.isSupported else {
            report.problems = [Self.unsupported(target)]
            return report
        }
        let machine = MachineSize.live(world.files)
        report.offers = [
            "\(target.slots) slots", "\(target.cpus ?? machine.processors) processors",
            (target.memory ?? machine.memory).map { Quantities.text(bytes: $0) + " of memory" } ?? "unknown memory",
            "\(target.gpus ?? machine.gpus.count) GPUs",
        ]
        for program in ["sh", "git"] where world.program(program) == nil {
            report.problems.append(.init(what: "cannot find `\(program)`", fix: "install it, or put it into PATH"))
        }
        return report
    }

    static func unsupported(_ target: TargetSettings) -> TargetReport.Problem {
        .init(
            what: "targets of kind `\(target.kind.rawValue)` cannot execute runs in this version",
            fix: "run on a target of kind `process`, such as `local`"
        )
    }
}
