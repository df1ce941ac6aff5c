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

    private func labels(_ entry: Entry, _ more: [String: String] = [:]) -> Mapping {
        var labels: Mapping = [
            "app.kubernetes.io/managed-by": "reprise", KubernetesNames.store: .string(store),
            KubernetesNames.run: .string(entry.run),
        ]
        for (name, value) in more { labels[name] = .string(value) }
        for label in settings.labels.compactMap({ KubernetesPair($0) }) { labels[label.key] = .string(label.value) }
        return labels
    }

    // MARK: The pod

    private func pod(_ entry: Entry) -> Mapping {
        var pod: Mapping = ["restartPolicy": "Never", "enableServiceLinks": .bool(false)]
        pod["terminationGracePeriodSeconds"] = 30
        if entry.usesHostNetwork { pod["hostNetwork"] = .bool(true) }
        if let account = settings.serviceAccount {
            pod["serviceAccountName"] = .string(account)
        } else {
            pod["automountServiceAccountToken"] = .bool(false)
        }
        if !settings.pullSecrets.isEmpty {
            pod["imagePullSecrets"] = .list(settings.pullSecrets.map { .map(["name": .string($0)]) })
        }
        let selector = settings.nodeSelector.compactMap { KubernetesPair($0) }
        if !selector.isEmpty {
            pod["nodeSelector"] = .map(Mapping(selector.map { ($0.key, .string($0.value)) }) { $1 })
        }
        if !settings.tolerations.isEmpty {
            pod["tolerations"] = .list(settings.tolerations.compactMap { KubernetesToleration($0) }.map(toleration))
        }
        // Whatever it writes into the volume is this user's; root's claims are root's anyway.
        if let owner, settings.volume != nil, owner.user != 0 {
            pod["securityContext"] = .map([
                "runAsUser": .integer(Int64(owner.user)), "runAsGroup": .integer(Int64(owner.group)),
                "supplementalGroups": .list(owner.groups.map { .integer(Int64($0)) }),
            ])
        }
        pod["containers"] = .list([main(entry)] + (entry.cargo.map { [keeper(entry, $0)] } ?? []))
        let volumes = volumes(entry)
        if !volumes.isEmpty { pod["volumes"] = .list(volumes.map(\.volume)) }
        return pod
    }

    private func toleration(_ toleration: KubernetesToleration) -> Value {
        var map: Mapping = ["key": .string(toleration.key), "operator": toleration.value == nil ? "Exists" : "Equal"]
        if let value = toleration.value { map["value"] = .string(value) }
        if let effect = toleration.effect { map["effect"] = .string(effect) }
        return .map(map)
    }

    private func main(_ entry: Entry) -> Value {
        let time = entry.resources.time
        let hasSecrets = !entry.secrets.isEmpty
        let script =
            entry.cargo.map { KubernetesStagedScript.main($0, time: time, hasSecrets: hasSecrets) }
            ?? KubernetesScript.shared(folder: entry.folder, time: time, hasSecrets: hasSecrets)
        var container: Mapping = [
            "name": "main", "image": .string(entry.image),
            "command": .list(["/bin/sh", "-c", .string(KubernetesScript.escaped(script))]),
            "env": .list([
                variable("REPRISE_JOB", entry.key), variable("REPRISE_MEMORY_GROUP", "own"),
                .map([
                    "name": "REPRISE_POD",
                    "valueFrom": .map(["fieldRef": .map(["fieldPath": "metadata.name"])]),
                ]),
            ]),
        ]
        let resources = demands(entry.resources)
        if !resources.isEmpty { container["resources"] = .map(resources) }
        if entry.isReadOnly { container["securityContext"] = .map(["readOnlyRootFilesystem": .bool(true)]) }
        container["volumeMounts"] = .list(volumes(entry).map(\.mount))
        // What it said before it came to the job's own logs is then told by its pod.
        container["terminationMessagePolicy"] = "FallbackToLogsOnError"
        return .map(container)
    }

    /// Keeps what the job left until it is fetched. Of the same image, so that nothing more is pulled.
    private func keeper(_ entry: Entry, _ cargo: KubernetesCargo) -> Value {
        let script = KubernetesStagedScript.keeper(keep: settings.keep)
        return .map([
            "name": "keeper", "image": .string(entry.image),
            "command": .list(["/bin/sh", "-c", .string(KubernetesScript.escaped(script))]),
            "resources": .map([
                "requests": .map(["cpu": "10m", "memory": "32Mi"]), "limits": .map(["cpu": "500m", "memory": "64Mi"]),
            ]),
            "volumeMounts": .list([KubernetesStagedScript.place.mount]),
        ])
    }

    private func variable(_ name: String, _ value: String) -> Value {
        .map(["name": .string(name), "value": .string(KubernetesScript.escaped(value))])
    }

    private func demands(_ resources: Resources) -> Mapping {
        var amounts: Mapping = [:]
        if let cpus = resources.cpus { amounts["cpu"] = .string(String(cpus)) }
        if let memory = resources.memory { amounts["memory"] = .string(String(memory)) }
        if let disk = resources.disk, settings.volume == nil { amounts["ephemeral-storage"] = .string(String(disk)) }
        if let gpus = resources.gpus, gpus > 0 { amounts[settings.gpuResource] = .string(String(gpus)) }
        return amounts.isEmpty ? [:] : ["requests": .map(amounts), "limits": .map(amounts)]
    }

    // MARK: Volumes

    struct Volume: Hashable {
        var volume: Value
        var mount: Value

        init(_ name: String, _ source: String, _ settings: Mapping, at path: String, isReadOnly: Bool = false) {
            volume = .map(["name": .string(name), source: .map(settings)])
            var mount: Mapping = ["name": .string(name), "mountPath": .string(path)]
            if isReadOnly { mount["readOnly"] = .bool(true) }
            self.mount = .map(mount)
        }
    }

    private func volumes(_ entry: Entry) -> [Volume] {
        var volumes: [Volume] = []
        if let cargo = entry.cargo {
            volumes.append(KubernetesStagedScript.place)
            volumes.append(
                Volume(
                    "cargo",
                    "projected",
                    ["sources": .list(cargo.maps.map { .map(["configMap": .map(["name": .string($0)])]) })],
                    at: KubernetesStagedScript.cargoFolder,
                    isReadOnly: true
                )
            )
        } else if let shared = settings.volume {
            volumes.append(
                Volume("shared", "persistentVolumeClaim", ["claimName": .string(shared.claim)], at: shared.path)
            )
        }
        if let size = entry.sharedMemory {
            volumes.append(
                Volume("memory", "emptyDir", ["medium": "Memory", "sizeLimit": .string(String(size))], at: "/dev/shm")
            )
        }
        if !entry.secrets.isEmpty {
            volumes.append(
                Volume(
                    "secrets",
                    "secret",
                    ["secretName": .string(entry.name)],
                    at: KubernetesScript.secretsFolder,
                    isReadOnly: true
                )
            )
        }
        return volumes
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

extension KubernetesSettings {
    /// What the site says that cannot be; nil where all is well.
    var conflict: KubernetesError? {
        for text in tolerations where KubernetesToleration(text) == nil {
            return .badSetting("tolerations", value: text, expected: "`KEY=VALUE:NoSchedule` or `KEY:NoExecute`")
        }
        for (name, texts) in [("node-selector", nodeSelector), ("labels", labels)] {
            for text in texts where KubernetesPair(text) == nil {
                return .badSetting(name, value: text, expected: "`KEY=VALUE`")
            }
        }
        return nil
    }
}
