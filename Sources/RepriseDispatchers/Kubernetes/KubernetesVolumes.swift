import OrderedCollections
import RepriseModel

/// What is mounted into a pod.
extension KubernetesManifest {
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

    /// What the job's container mounts.
    func volumes(_ entry: Entry) -> [Volume] {
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
