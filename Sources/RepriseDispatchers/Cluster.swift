import RepriseDispatch
import RepriseModel

/// A target whose engine executes jobs on other machines: what can be told of it before anything is submitted.
package protocol Cluster: Sendable {
    /// What the site says of it that cannot be; nil where all is well. Asks nobody.
    var conflict: (any RepriseError)? { get }

    /// How many jobs it is handed at one time; unbounded where its engine itself keeps the target's `slots`.
    var capacity: Capacity { get }

    /// Asks the engine what it has, and whether it would take a job of ours. Changes nothing there.
    func examine() async -> ClusterExamination

    /// Why jobs that ask for one of these can never be executed there, however long they wait; nil where all may, or where
    /// nobody can tell. Changes nothing there.
    func refusal(of demands: [Resources]) async -> (any RepriseError)?

    /// Why nothing should be queued for it: it would not take a job of ours now, or not those that ask for one of these. nil where
    /// all is well. A person waits for the answer.
    func objection(to demands: [Resources]) async -> (any RepriseError)?

    /// The very text that the engine will be given: a script, manifests, requests. Asks nobody.
    func preview(_ preview: ClusterPreview) -> String

    /// The same of several, in the order in which they are submitted.
    func submissions(_ previews: [ClusterPreview]) -> [PreviewedSubmission]
}

extension Cluster {
    package var capacity: Capacity { .unbounded }

    package func refusal(of demands: [Resources]) async -> (any RepriseError)? { nil }

    package func objection(to demands: [Resources]) async -> (any RepriseError)? {
        async let refusal = refusal(of: demands)
        let problem = await examine().problems.first
        // Who does not answer has more to tell than what it has.
        let second = await refusal
        return problem ?? second
    }

    package func submissions(_ previews: [ClusterPreview]) -> [PreviewedSubmission] {
        previews.map { PreviewedSubmission(text: preview($0)) }
    }
}

/// What an engine has, and what keeps it from taking jobs.
package struct ClusterExamination: Sendable {
    /// In words, such as `partition main, 4 nodes`.
    package var offers: [String] = []
    package var problems: [any RepriseError] = []
    /// What works less well than it could.
    package var remarks: [Remark] = []

    package struct Remark: Hashable, Sendable {
        package var what: String
        package var fix: String?

        package init(_ what: String, fix: String? = nil) {
            self.what = what
            self.fix = fix
        }
    }

    package init() {}
}

/// Jobs of a plan that ask for the same. Neither they nor their folders exist yet.
package struct ClusterPreview: Hashable, Sendable {
    /// Stand where the jobs' keys will stand: `RUN-1`, `RUN-2.train`.
    package var names: [String]
    package var resources: Resources
    package var hasSecrets: Bool
    /// What stands where the store's folder will stand.
    package var store: String
    /// What they are executed in, as the experiment or the target names it; nil for the machine itself.
    package var image: String?
    /// For each job, the names of those that it comes after, wherever they go. Empty: none comes after others.
    package var after: [[String]] = []

    package init(names: [String], resources: Resources, hasSecrets: Bool, store: String, image: String? = nil) {
        self.names = names
        self.resources = resources
        self.hasSecrets = hasSecrets
        self.store = store
        self.image = image
    }
}

/// What an engine will be given for one submission.
package struct PreviewedSubmission: Hashable, Sendable {
    package var text: String
    /// Stands in later texts for what the engine will call it; nil where none names it.
    package var mark: String?
}
