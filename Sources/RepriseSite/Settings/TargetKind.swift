/// What kind of place a target is: which dispatcher drives it.
package enum TargetKind: String, CaseIterable, Hashable, Sendable {
    case process, container, apptainer, slurm, kubernetes
    case awsBatch = "aws-batch"

    /// Whether every job there is executed in an image.
    package var needsImages: Bool {
        switch self {
        case .process, .slurm: false
        case .container, .apptainer, .kubernetes, .awsBatch: true
        }
    }

    /// Whether its runs are processes of this machine. Elsewhere another system decides what has room, and nothing that
    /// listens on this machine's loopback address is reached.
    package var executesHere: Bool {
        switch self {
        case .process, .container, .apptainer: true
        case .slurm, .kubernetes, .awsBatch: false
        }
    }
}
