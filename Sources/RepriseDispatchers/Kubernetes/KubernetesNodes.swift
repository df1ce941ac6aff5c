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

    /// The most of each that any of the nodes has.
    static func largest(_ nodes: [KubernetesCapacity]) -> KubernetesCapacity? {
        guard !nodes.isEmpty else { return nil }
        return nodes.reduce(into: KubernetesCapacity()) { largest, node in
            largest.processors = max(largest.processors, node.processors)
            largest.memory = max(largest.memory, node.memory)
            largest.gpus = max(largest.gpus, node.gpus)
        }
    }

    /// What a job asks for beyond it, in words; nil where it has all.
    func lack(_ resources: Resources) -> String? {
        if let cpus = resources.cpus, Int64(cpus) * 1000 > processors {
            return "\(cpus) processors; the largest has \(processors / 1000)"
        }
        if let wanted = resources.memory, wanted > memory {
            return "\(Quantities.text(bytes: wanted)) of memory; the largest has \(Quantities.text(bytes: memory))"
        }
        if let wanted = resources.gpus, Int64(wanted) > gpus { return "\(wanted) GPUs; the largest has \(gpus)" }
        return nil
    }
}

extension KubernetesReply {
    /// What each node has for jobs that takes new ones.
    static func nodes(_ bytes: [UInt8], gpuResource: String) throws -> [KubernetesCapacity] {
        try (Value(json: bytes[...])[path: "items"]?.listValue ?? [])
            .compactMap { item in
                guard item[path: "spec.unschedulable"]?.boolValue != true,
                    let amounts = item[path: "status.allocatable"]
                else { return nil }
                func thousandths(_ name: String) -> Int64 {
                    amounts[name]?.stringValue.flatMap { KubernetesQuota.thousandths($0) }.map { Int64($0) } ?? 0
                }
                return KubernetesCapacity(
                    processors: thousandths("cpu"),
                    memory: thousandths("memory") / 1000,
                    gpus: thousandths(gpuResource) / 1000
                )
            }
    }
}

extension KubernetesCommands {
    /// What the nodes have; throws where this user may not see them.
    func nodes() async throws -> [KubernetesCapacity] {
        try KubernetesReply.nodes(
            try await succeed(["get", "nodes", "--output=json"]).output,
            gpuResource: settings.gpuResource
        )
    }
}
