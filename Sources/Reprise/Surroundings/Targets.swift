import RepriseImages
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
    /// What executes images there; nil where nothing does.
    public var engine: EngineReport?
    /// What works less well than it could, each with what to do about it.
    public var remarks: [Problem] = []

    /// Something that is missing.
    public struct Problem: Hashable, Sendable {
        public var what: String
        public var fix: String?
    }
}

extension Laboratory {
    /// Every target of the site, looked at from here.
    public func targets(settings: [String] = []) async throws -> [TargetReport] {
        let site = try site(overrides: settings)
        var reports: [TargetReport] = []
        for name in site.targets { reports.append(try await report(on: site.settings(for: name), in: site)) }
        return reports
    }

    /// The names of the site's targets, `local` first.
    public func targetNames() throws -> [String] { try site().targets }

    /// One target, looked at from here; nil for the one that runs go to when none is named.
    public func check(target: String? = nil, settings: [String] = []) async throws -> TargetReport {
        let site = try site(overrides: settings)
        return try await report(on: site.settings(for: target), in: site)
    }

    private func report(on target: TargetSettings, in site: Site) async throws -> TargetReport {
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
        if let cluster = world.cluster(target, store: (try? storeFolder(near: folder)) ?? "") {
            await examine(cluster, for: &report)
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
        try await examineEngine(of: target, for: &report)
        return report
    }

    /// Where everything runs in containers, an engine that does not work is a problem; elsewhere it is worth a word, unless
    /// the site asks for that engine.
    private func examineEngine(of target: TargetSettings, for report: inout TargetReport) async throws {
        do {
            let found = try await engineExamination.first(of: target.engines(for: nil, variables: world.variables))
            report.engine = found.report
            report.remarks += found.remarks
            report.offers.append("containers by \(found.report.name)")
        } catch let error as EngineError where isUnneeded(error, target) {
            report.remarks.append(.init(what: "\(error.what); experiments without images need none", fix: error.fix))
        } catch {
            report.problems.append(.init(error))
            if case EngineError.noUserNamespaces = error, let cause = engineExamination.surroundings.userNamespaces {
                report.problems.append(cause)
            }
        }
    }

    private func isUnneeded(_ error: EngineError, _ target: TargetSettings) -> Bool {
        target.kind == .process && (target.engine ?? "auto") == "auto"
    }

    /// Looks at engines of this machine. Where there is a store, it forgets what it knew of them.
    var engineExamination: EngineExamination {
        let root = try? storeFolder(near: folder)
        let user = LiveHost().facts().user
        return EngineExamination(
            search: world.engineSearch(cacheIn: root ?? folder + "/.reprise"),
            surroundings: EngineSurroundings(files: world.files, user: user) { self.world.program($0) != nil },
            gpus: MachineSize.live(world.files).gpus,
            hasStore: root != nil
        )
    }

    static func unsupported(_ target: TargetSettings) -> TargetReport.Problem {
        .init(
            what: "targets of kind `\(target.kind.rawValue)` cannot execute runs in this version",
            fix: "run on a target of kind `process`, such as `local`"
        )
    }
}
