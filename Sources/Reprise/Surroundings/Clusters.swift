import RepriseDispatch
import RepriseDispatchers
import RepriseExperiments
import RepriseModel
import RepriseSite
import RepriseStore
import RepriseSystem

extension TargetSettings {
    /// Whether something can be executed there.
    var isSupported: Bool { DispatcherList.has(kind) }

    /// Whether commands may find other programs there than on this machine.
    var hasOwnPrograms: Bool { stagesFiles || !texts("modules").isEmpty || !texts("prologue").isEmpty }
}

extension World {
    /// What dispatchers to engines elsewhere are made of. `store` is the store's folder, empty where there is none.
    func clusterParts(_ target: TargetSettings, store: String) -> DispatcherParts {
        DispatcherParts(
            target: target,
            files: files,
            processes: processes,
            variables: variables,
            wallClock: wallClock,
            folder: store.isEmpty ? "" : store + "/" + target.kind.rawValue
        )
    }

    /// What jobs of a target that executes here may take of this machine.
    func capacity(here target: TargetSettings) -> Capacity {
        let machine = MachineSize.live(files)
        return Capacity(
            slots: target.slots,
            cpus: max(target.cpus ?? machine.processors, 1),
            memory: target.memory ?? machine.memory,
            gpus: target.gpus.map { Array(machine.gpus.prefix($0)) } ?? machine.gpus
        )
    }

    /// What can be told of the target's engine before anything is submitted; nil for engines of this machine.
    func cluster(_ target: TargetSettings, store: String = "") -> (any Cluster)? {
        DispatcherList.cluster(clusterParts(target, store: store))
    }
}

extension Laboratory {
    /// Refuses what a cluster cannot do before anything is queued. Asks nobody.
    func checkCluster(_ target: TargetSettings, _ plans: [ExperimentPlan]) throws {
        guard let cluster = world.cluster(target) else { return }
        if let conflict = cluster.conflict {
            throw Mistake(
                "cannot run on target `\(target.name)`",
                why: conflict.what,
                fix: conflict.fix,
                code: "unsupported-target"
            )
        }
    }

    /// Refuses to queue what is more than this machine has, what a cluster would refuse, and what would wait for an engine that
    /// does not answer. Every cluster is asked once, all at the same time.
    ///
    /// `demands` are the resources that jobs ask for there, by the names of the targets.
    func askClusters(_ targets: [TargetSettings], demands: [String: Set<Resources>]) async throws {
        for target in targets where target.kind.executesHere {
            let capacity = world.capacity(here: target)
            for problem in (demands[target.name] ?? []).compactMap(capacity.impossibility).sorted().prefix(1) {
                throw Mistake(
                    "cannot run on target `\(target.name)`",
                    why: problem,
                    fix: "ask for less under `resources`, or name another target by `--on`",
                    code: "too-much"
                )
            }
        }
        let clusters = targets.compactMap { target in world.cluster(target).map { (name: target.name, cluster: $0) } }
        let problems = await withTaskGroup(of: (String, (any RepriseError)?).self) { group in
            for (name, cluster) in clusters {
                group.addTask {
                    (name, await cluster.objection(to: Array(demands[name] ?? [])))
                }
            }
            var problems: [String: any RepriseError] = [:]
            for await (name, problem) in group { problems[name] = problem }
            return problems
        }
        for target in targets { if let problem = problems[target.name] { throw problem } }
    }

    /// Asks a cluster whether it would take a job of this target, and what it has.
    func examine(_ cluster: any Cluster, for report: inout TargetReport) async {
        if let conflict = cluster.conflict { return report.problems.append(.init(conflict)) }
        let examination = await cluster.examine()
        report.offers = examination.offers
        report.problems += examination.problems.map { TargetReport.Problem($0) }
        report.remarks += examination.remarks.map { TargetReport.Problem(what: $0.what, fix: $0.fix) }
    }
}
