import OrderedCollections
import RepriseModel
import RepriseSystem

/// What one node has for jobs.
struct KubernetesCapacity: Hashable, Sendable {
    /// Thousandths of a processor.
    var processors: Int64 = 0
    /// Bytes.
    var memory: Int64 = 0
    var gpus: Int64 = 0
    /// Bytes.
    var disk: Int64 = 0

    /// The most of each that any of the nodes has.
    static func largest(_ nodes: [KubernetesCapacity]) -> KubernetesCapacity? {
        guard !nodes.isEmpty else { return nil }
        return nodes.reduce(into: KubernetesCapacity()) { largest, node in
            largest.processors = max(largest.processors, node.processors)
            largest.memory = max(largest.memory, node.memory)
            largest.gpus = max(largest.gpus, node.gpus)
            largest.disk = max(largest.disk, node.disk)
        }
    }

    /// What a job asks for beyond it, in words; nil where it has all. `keeper` is what its pod is given besides.
    func lack(_ resources: Resources, besides keeper: KubernetesKeeper?) -> String? {
        let rest = keeper.map { " besides what the keeper of its files needs (\($0.words))" } ?? ""
        let more = (processors: keeper?.processors.request ?? 0, memory: keeper?.memory.request ?? 0)
        if let cpus = resources.cpus, Int64(cpus) * 1000 + more.processors > processors {
            return "\(cpus) processors; the largest has \(Self.words(processors))"
                + (Int64(cpus) * 1000 <= processors ? rest : "")
        }
        if let wanted = resources.memory, wanted + more.memory > memory {
            return "\(Quantities.text(bytes: wanted)) of memory; the largest has \(Quantities.text(bytes: memory))"
                + (wanted <= memory ? rest : "")
        }
        if let wanted = resources.gpus, Int64(wanted) > gpus { return "\(wanted) GPUs; the largest has \(gpus)" }
        if keeper != nil, let wanted = resources.disk, disk > 0, wanted > disk {
            return "\(Quantities.text(bytes: wanted)) of disk; the largest has \(Quantities.text(bytes: disk))"
        }
        return nil
    }

    /// Thousandths of processors, for a person.
    static func words(_ thousandths: Int64) -> String { KubernetesScript.seconds(thousandths) }
}

extension KubernetesKeeper {
    fileprivate var words: String {
        "\(KubernetesCapacity.words(processors.request)) processors, \(Quantities.text(bytes: memory.request))"
    }
}

extension KubernetesReply {
    /// What each node has for jobs, also those that take none for a while.
    static func nodes(_ bytes: [UInt8], gpuResource: String) throws -> [KubernetesCapacity] {
        try (Value(json: bytes[...])[path: "items"]?.listValue ?? [])
            .compactMap { item in
                guard let amounts = item[path: "status.allocatable"] else { return nil }
                func thousandths(_ name: String) -> Int64 {
                    amounts[name]?.stringValue.flatMap { KubernetesQuota.thousandths($0) }.map { Int64($0) } ?? 0
                }
                return KubernetesCapacity(
                    processors: thousandths("cpu"),
                    memory: thousandths("memory") / 1000,
                    gpus: thousandths(gpuResource) / 1000,
                    disk: thousandths("ephemeral-storage") / 1000
                )
            }
    }
}

extension KubernetesCommands {
    /// What the nodes have that the target's `node-selector` names; throws where this user may not see them.
    func nodes() async throws -> [KubernetesCapacity] {
        let selector =
            settings.nodeSelector.isEmpty ? [] : ["--selector=" + settings.nodeSelector.joined(separator: ",")]
        return try KubernetesReply.nodes(
            try await succeed(["get", "nodes", "--output=json"] + selector).output,
            gpuResource: settings.gpuResource
        )
    }
}
