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
    /// Stands in later texts for what the engine will call this one, such as `JOB-1`; nil where none names it.
    public var mark: String?
}

extension LaunchPlan {
    /// A text for each submission to a target that executes elsewhere; empty where none does. `RUN-1` stands where the first
    /// run's id will stand, and `STORE` for the store's folder. Steps that need others are submitted when those have finished, or, where
    /// the engine itself keeps the order, at once and with the marks of those.
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
                    let after = variant.steps.filter { step.needs.contains($0.name ?? "") }
                        .flatMap { $0.names(ofRun: number) }
                    jobs[target, default: []] += step.names(ofRun: number)
                        .map { Job(name: $0, group: group, after: after) }
                }
            }
        }
        return clusters.flatMap { target, cluster in
            cluster.submissions(submissions(of: jobs[target] ?? [], on: target).map { $0.preview($1) })
                .map { PlannedSubmission(target: target, text: $0.text, mark: $0.mark) }
        }
    }

    /// In the parts in which a target that has nothing to do is given them.
    private func submissions(of jobs: [Job], on target: String) -> [(Group, [Job])] {
        let divides = (try? site.settings(for: target).mostRuns) == nil
        let first = jobs.filter(\.group.needs.isEmpty)
        let parts = divides ? SubmissionPart.parts(of: first) : [first]
        return (parts + [jobs.filter { !$0.group.needs.isEmpty }])
            .flatMap { OrderedDictionary(grouping: $0, by: \.group).map { ($0.key, $0.value) } }
    }

    private struct Job {
        var name: String
        var group: Group
        /// The names of those that it comes after.
        var after: [String]
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

        func preview(_ jobs: [Job]) -> ClusterPreview {
            var preview = ClusterPreview(
                names: jobs.map(\.name),
                resources: resources,
                hasSecrets: hasSecrets,
                store: "STORE",
                image: image
            )
            preview.after = needs.isEmpty ? [] : jobs.map(\.after)
            return preview
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
