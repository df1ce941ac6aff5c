import RepriseDispatch
import RepriseModel
import RepriseSite

/// Every kind of engine, one entry each.
package enum DispatcherList {
    private static let entries: [TargetKind: Entry] = [
        .process: Entry { try LocalProcess($0) },
        .container: Entry { try Container($0, launcher: $0.launcher()) },
        .apptainer: Entry { try Apptainer($0, launcher: $0.launcher()) },
        .awsBatch: Entry(cluster: { BatchCluster($0) }, { AWSBatch($0) }),
        .slurm: Entry(cluster: { SlurmCluster($0) }, { Slurm.dispatcher($0) }),
        .kubernetes: Entry(cluster: { KubernetesCluster($0) }, { Kubernetes($0) }),
    ]

    private struct Entry {
        var make: @Sendable (DispatcherParts) throws -> any Dispatcher
        /// nil for engines of this machine.
        var cluster: (@Sendable (DispatcherParts) -> any Cluster)?

        init(
            cluster: (@Sendable (DispatcherParts) -> any Cluster)? = nil,
            _ make: @escaping @Sendable (DispatcherParts) throws -> any Dispatcher
        ) {
            self.make = make
            self.cluster = cluster
        }
    }

    /// Whether something can be executed on targets of that kind.
    package static func has(_ kind: TargetKind) -> Bool { entries[kind] != nil }

    /// What hands jobs to the target; throws where there is no dispatcher of its kind, or its engine cannot be had.
    package static func make(_ parts: DispatcherParts) throws -> any Dispatcher {
        guard let entry = entries[parts.target.kind] else {
            throw Mistake(
                "there is no dispatcher for targets of kind `\(parts.target.kind.rawValue)`",
                code: "unknown-kind"
            )
        }
        return try entry.make(parts)
    }

    /// What can be told of the target's engine before anything is submitted; nil for engines of this machine.
    package static func cluster(_ parts: DispatcherParts) -> (any Cluster)? {
        entries[parts.target.kind]?.cluster?(parts)
    }
}
