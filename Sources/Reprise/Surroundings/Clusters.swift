import OrderedCollections
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
}

extension World {
    /// What dispatchers to engines elsewhere are made of. `store` is the store's folder, empty where there is none.
    func clusterParts(_ target: TargetSettings, store: String, grace: Duration = .seconds(5)) -> DispatcherParts {
        DispatcherParts(
            target: target,
            files: files,
            processes: processes,
            variables: variables,
            grace: grace,
            wallClock: wallClock,
            folder: store.isEmpty ? "" : store + "/" + target.kind.rawValue
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

    /// Refuses to queue what the cluster would refuse, or what would wait for an engine that does not answer.
    func askCluster(of plan: LaunchPlan) async throws {
        guard let cluster = world.cluster(try plan.site.settings(for: plan.target)) else { return }
        if let problem = await cluster.examine().problems.first { throw problem }
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

extension LaunchPlan {
    /// What the engine of a target that executes elsewhere will be given first, a text for each submission; empty for others.
    /// `RUN-1` stands where the first run's id will stand, and `STORE` for the store's folder.
    public var submissions: [String] {
        let parts = (try? site.settings(for: target)).map { DispatcherParts(target: $0) }
        guard let cluster = parts.flatMap(DispatcherList.cluster) else { return [] }
        var groups: OrderedDictionary<Submission, [String]> = [:]
        for (index, variant) in plans.flatMap(\.variants).enumerated() {
            for (step, environment) in zip(variant.steps, variant.environments) where step.needs.isEmpty {
                let key = "RUN-\(index + 1)" + (step.name.map { ".\($0)" } ?? "")
                groups[Submission(resources: step.resources, image: environment.text), default: []].append(key)
            }
        }
        let hasSecrets = plans.contains { !$0.credentials.isEmpty }
        return groups.map { submission, names in
            cluster.preview(
                ClusterPreview(
                    names: names,
                    resources: submission.resources,
                    hasSecrets: hasSecrets,
                    store: "STORE",
                    image: submission.image
                )
            )
        }
    }

    /// What jobs of one submission have in common.
    private struct Submission: Hashable {
        var resources: Resources
        var image: String?
    }
}
