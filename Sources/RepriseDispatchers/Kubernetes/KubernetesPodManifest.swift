import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseSystem

/// The pod that a Job makes.
extension KubernetesManifest {
    func pod(_ entry: Entry) -> Mapping {
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
            "resources": keeper.resources,
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
}
