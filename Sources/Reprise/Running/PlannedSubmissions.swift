import OrderedCollections
import RepriseDispatch
import RepriseDispatchers
import RepriseExperiments
import RepriseModel
import RepriseSite

/// What the engine of a target that executes elsewhere will be given for one submission.
public struct PlannedSubmission: Hashable, Sendable {
    public var target: String
    /// A script, manifests, a request.
    public var text: String
}

extension LaunchPlan {
    /// A text for each submission to a target that executes elsewhere; empty where none does. `RUN-1` stands where the first
    /// run's id will stand, and `STORE` for the store's folder. Steps that need others are submitted when those have finished.
    public var submissions: [PlannedSubmission] {
        var clusters: OrderedDictionary<String, any Cluster> = [:]
        for name in targets {
            let parts = (try? site.settings(for: name)).map { DispatcherParts(target: $0) }
            clusters[name] = parts.flatMap(DispatcherList.cluster)
        }
        guard !clusters.isEmpty else { return [] }
        var jobs: OrderedDictionary<String, [Job]> = [:]
        var number = 0
        for part in plans {
            for variant in part.variants {
                number += 1
                for (step, environment) in zip(variant.steps, variant.environments) {
                    let target = variant.target(of: step)
                    guard clusters[target] != nil else { continue }
                    let group = Group(target, step, image: environment.text, hasSecrets: !part.credentials.isEmpty)
                    jobs[target, default: []] += step.names(ofRun: number).map { Job(name: $0, group: group) }
                }
            }
        }
        return targets.flatMap { submissions(of: jobs[$0] ?? [], on: $0) }
            .compactMap { group, names in
                clusters[group.target]
                    .map { PlannedSubmission(target: group.target, text: $0.preview(group.preview(names))) }
            }
    }

    /// In the parts in which a target that has nothing to do is given them.
    private func submissions(of jobs: [Job], on target: String) -> [(Group, [String])] {
        let divides = (try? site.settings(for: target).mostRuns) == nil
        let first = jobs.filter(\.group.needs.isEmpty)
        let parts = divides ? SubmissionPart.parts(of: first) : [first]
        return (parts + [jobs.filter { !$0.group.needs.isEmpty }])
            .flatMap { OrderedDictionary(grouping: $0, by: \.group).map { ($0.key, $0.value.map(\.name)) } }
    }

    private struct Job {
        var name: String
        var group: Group
    }

    /// What jobs of one submission have in common.
    private struct Group: Hashable {
        var target: String
        /// Jobs that wait for others are not submitted together with those.
        var needs: [String]
        var resources: Resources
        var image: String?
        var hasSecrets: Bool

        init(_ target: String, _ step: StepRequest, image: String?, hasSecrets: Bool) {
            self.target = target
            needs = step.needs
            resources = step.resources
            self.image = image
            self.hasSecrets = hasSecrets
        }

        func preview(_ names: [String]) -> ClusterPreview {
            ClusterPreview(names: names, resources: resources, hasSecrets: hasSecrets, store: "STORE", image: image)
        }
    }
}

extension StepRequest {
    /// What stands for the keys of its jobs: `RUN-1`, `RUN-1.train`, `RUN-1.train.0`.
    fileprivate func names(ofRun number: Int) -> [String] {
        let own = "RUN-\(number)" + (name.map { ".\($0)" } ?? "")
        return splits.map { count in (0..<count).map { "\(own).\($0)" } } ?? [own]
    }
}
