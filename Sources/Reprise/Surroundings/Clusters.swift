import OrderedCollections
import RepriseDispatch
import RepriseDispatchers
import RepriseExperiments
import RepriseModel
import RepriseSite
import RepriseStore
import RepriseSystem

extension TargetSettings {
    /// What a target of kind `slurm` says of its cluster.
    var slurm: SlurmSettings {
        SlurmSettings(
            partition: text("partition"),
            account: text("account"),
            qos: text("qos"),
            slots: mostRuns,
            modules: texts("modules"),
            prologue: texts("prologue"),
            options: options
        )
    }
}

extension Laboratory {
    /// What hands runs to a cluster.
    func cluster(_ target: TargetSettings, _ store: Store, grace: Duration) throws -> any Dispatcher {
        let parts = DispatcherParts(
            files: world.files,
            processes: world.processes,
            variables: world.variables,
            grace: grace,
            wallClock: world.wallClock,
            slurm: target.slurm,
            folder: store.folder.root + "/slurm"
        )
        return try DispatcherList.make(target.kind.rawValue, parts)
    }

    /// Refuses what a cluster cannot do before anything is queued.
    func checkCluster(_ target: TargetSettings, _ plans: [ExperimentPlan]) throws {
        guard !target.kind.executesHere else { return }
        if let problem = Self.unsupportedCluster(target) {
            throw Mistake(
                "cannot run on target `\(target.name)`",
                why: problem.what,
                fix: problem.fix,
                code: "unsupported-target"
            )
        }
        let images = plans.flatMap(\.environments).contains { $0.namesImage }
        guard images else { return }
        throw Mistake(
            "cannot run on target `\(target.name)`",
            why:
                "the experiment names an image, and targets of kind `\(target.kind.rawValue)` execute no containers in this version",
            fix: "run on a target of kind `process`, `container` or `apptainer`, or say `environment: {host: true}`",
            code: "cluster-without-containers"
        )
    }

    /// Refuses to queue what the cluster would refuse, or what would wait for a controller that is not there.
    func askCluster(of plan: LaunchPlan) async throws {
        let target = try plan.site.settings(for: plan.target)
        guard target.kind == .slurm else { return }
        let commands = SlurmCommands(target.slurm, processes: world.processes, variables: world.variables)
        if let problem = await commands.examine().problems.first { throw problem }
    }

    /// Asks a cluster whether it would take a job of this target, and what it has.
    func examineCluster(of target: TargetSettings, for report: inout TargetReport) async {
        if let problem = Self.unsupportedCluster(target) { return report.problems.append(problem) }
        let commands = SlurmCommands(target.slurm, processes: world.processes, variables: world.variables)
        let examination = await commands.examine()
        report.offers =
            [target.mostRuns.map { "\($0) slots" } ?? "as many runs as the cluster lets"] + examination.offers
        report.problems += examination.problems.map { error in
            TargetReport.Problem(what: error.what + (error.why.map { ": " + $0 } ?? ""), fix: error.fix)
        }
        if let root = try? storeFolder(near: folder), !Self.looksShared(root, world.files) {
            report.remarks.append(
                .init(
                    what:
                        "the store `\(root)` lies on a file system of this machine alone, as far as this machine can tell",
                    fix: "where the nodes do not see it, keep the project on a file system that they share"
                )
            )
        }
    }

    private static func looksShared(_ path: String, _ files: any FileSystem) -> Bool {
        (try? files.isNetworkFileSystem(path)) ?? true
    }

    /// What a target of kind `slurm` may say that this version does not do.
    static func unsupportedCluster(_ target: TargetSettings) -> TargetReport.Problem? {
        guard target.kind == .slurm else { return nil }
        for key in ["ssh", "workspace", "container"] where target.text(key) != nil {
            return .init(
                what: "targets of kind `slurm` with `\(key)` cannot execute runs in this version",
                fix: "run `reprise` on a login node of the cluster, without `\(key)`"
            )
        }
        if let option = target.slurm.conflict {
            return .init(
                what:
                    "`\(option)` among the options of target `\(target.name)` is for Reprise to decide, or no long option",
                fix: "take it away; options are written as `--name=value`"
            )
        }
        return nil
    }
}

extension LaunchPlan {
    /// What the engine of a target that executes elsewhere will be given first, a text for each submission; empty for others.
    /// `RUN-1` stands where the first run's id will stand, and `STORE` for the store's folder.
    public var submissions: [String] {
        guard let target = try? site.settings(for: nil), target.kind == .slurm else { return [] }
        var order: [Resources] = []
        var names: [Resources: [String]] = [:]
        for (index, variant) in plans.flatMap(\.variants).enumerated() {
            for step in variant.steps where step.needs.isEmpty {
                let key = "RUN-\(index + 1)" + (step.name.map { ".\($0)" } ?? "")
                if names[step.resources] == nil { order.append(step.resources) }
                names[step.resources, default: []].append(key)
            }
        }
        let hasSecrets = plans.contains { !$0.credentials.isEmpty }
        return order.map {
            Slurm.preview(names[$0] ?? [], $0, hasSecrets: hasSecrets, store: "STORE", target.slurm)
        }
    }
}

extension EnvironmentDeclaration {
    fileprivate var namesImage: Bool {
        switch source {
        case .unsaid, .host: false
        case .image, .recipe: true
        }
    }
}
