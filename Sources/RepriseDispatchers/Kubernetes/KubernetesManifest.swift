import OrderedCollections
import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSystem

/// The objects that the cluster is given. Pure: equal jobs make equal objects, which a dry run prints and a person can
/// hand over by `kubectl create -f -`.
struct KubernetesManifest: Hashable, Sendable {
    /// One job, as the cluster sees it.
    struct Entry: Hashable, Sendable {
        /// `KubernetesNames.job`.
        var name: String
        /// `JobKey` as text.
        var key: String
        var run: String
        /// Absolute; in the volume, or where the run's files are unpacked.
        var folder: String
        var resources = Resources()
        var image: String
        var usesHostNetwork = false
        var isReadOnly = false
        var sharedMemory: Int64?
        var secrets: [String: String] = [:]
        /// What is unpacked in the pod, where the job's files are carried; nil where they are shared.
        var cargo: KubernetesCargo?
    }

    let settings: KubernetesSettings
    /// The mark of the store.
    let store: String
    /// Whose rights the job has, where it writes into a volume of this user's.
    let owner: ProcessOwner?
    /// What is given to the container that keeps what a job left.
    var keeper = KubernetesKeeper()

    func list(_ objects: [Value]) -> Value {
        .map(["apiVersion": "v1", "kind": "List", "items": .list(objects)])
    }

    /// Nil where the job has no secrets. Made before the job, which does not begin without it.
    func secret(_ entry: Entry) -> Value? {
        guard !entry.secrets.isEmpty else { return nil }
        let data = entry.secrets.sorted { $0.key < $1.key }
            .map { ($0.key, Value.string(base64(Array($0.value.utf8)))) }
        return .map([
            "apiVersion": "v1", "kind": "Secret",
            "metadata": .map([
                "name": .string(entry.name), "labels": .map(labels(entry, [KubernetesNames.job: entry.name])),
            ]),
            "immutable": .bool(true), "type": "Opaque",
            "data": .map(Mapping(uniqueKeysWithValues: data)),
        ])
    }

    func job(_ entry: Entry) -> Value {
        .map([
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": .map([
                "name": .string(entry.name), "labels": .map(labels(entry)),
                "annotations": .map(["reprise/job": .string(entry.key)]),
            ]),
            "spec": .map([
                "backoffLimit": 0,
                "ttlSecondsAfterFinished": .integer(settings.timeToLive / 1000),
                // Clusters that know this make no second pod where somebody deletes the first.
                "podReplacementPolicy": "Failed",
                "template": .map(["metadata": .map(["labels": .map(labels(entry))]), "spec": .map(pod(entry))]),
            ]),
        ])
    }

    /// The pod of a job by itself.
    func barePod(_ entry: Entry) -> Value {
        .map([
            "apiVersion": "v1", "kind": "Pod",
            "metadata": .map(["name": .string(entry.name), "labels": .map(labels(entry))]), "spec": .map(pod(entry)),
        ])
    }

    func labels(_ entry: Entry, _ more: [String: String] = [:]) -> Mapping {
        var labels: Mapping = [
            "app.kubernetes.io/managed-by": "reprise", KubernetesNames.store: .string(store),
            KubernetesNames.run: .string(entry.run),
        ]
        for (name, value) in more { labels[name] = .string(value) }
        for label in settings.labels.compactMap({ KubernetesPair($0) }) { labels[label.key] = .string(label.value) }
        return labels
    }
}

extension KubernetesManifest {
    /// A note at a thing of the cluster that it goes away with a Job.
    static func owned(_ kind: String, _ name: String, by job: String, uid: String) -> Value {
        .map([
            "apiVersion": "v1", "kind": .string(kind),
            "metadata": .map([
                "name": .string(name),
                "ownerReferences": .list([
                    .map(["apiVersion": "batch/v1", "kind": "Job", "name": .string(job), "uid": .string(uid)])
                ]),
            ]),
        ])
    }
}
