import RepriseModel
import RepriseSystem

/// The names of what lies in the cluster.
enum KubernetesNames {
    /// Which store of which machine a thing is of.
    static let store = "reprise/store"
    static let run = "reprise/run"
    /// The code that a ConfigMap is a piece of.
    static let content = "reprise/content"
    /// The name of the Job that a Secret or ConfigMap is of.
    static let job = "reprise/job"

    /// The name of a Job: by it the cluster is asked whether it has the job, and a second one of the same name is refused.
    /// At most 49 letters, so that the names of pods and labels are not cut.
    static func job(_ key: JobKey) -> String {
        let text = key.description
        if text == key.run.description { return "reprise-\(key.run)" }
        return "reprise-\(key.run)-\(SHA256Hasher.digest(of: text.utf8).description.prefix(8))"
    }
}
