import RepriseModel

/// What the cluster says of one pod.
struct KubernetesPod: Hashable, Sendable {
    var name: String
    /// The name of its Job.
    var job: String
    var phase: String
    /// Why the pod as a whole ended, such as `Evicted`.
    var reason: String?
    var message: String?
    var node: String?
    var created: Timestamp?
    /// By when it is to have ended, where somebody asked for that; nil where nobody did.
    var deleted: Timestamp?
    /// Seconds that it has for it.
    var grace: Int64 = 30
    /// Why the scheduler has no node for it.
    var unschedulable: String?
    /// What took the pod away, where the cluster tells: `PreemptionByScheduler`, `EvictionByEvictionAPI`.
    var disruption: String?
    /// The job's container.
    var main: Container?
    /// What keeps the files, where they are carried.
    var keeper: Container?

    /// Where a container stands.
    enum Container: Hashable, Sendable {
        case waiting(reason: String, message: String?)
        case running(since: Timestamp?)
        case terminated(Termination)
    }

    struct Termination: Hashable, Sendable {
        var status: Int
        var signal: Int?
        var reason: String?
        var message: String?
        var started: Timestamp?
        var ended: Timestamp?
    }

    var isOver: Bool { phase == "Succeeded" || phase == "Failed" }
    var termination: Termination? { if case .terminated(let termination)? = main { termination } else { nil } }
    /// It has a node, which prepares what its containers need.
    var isBeingFurnished: Bool {
        if case .waiting("ContainerCreating", _)? = main { true } else { false }
    }

    /// Whether its node would have ended it by now, were it there. `since` is when the cluster first told that somebody asked
    /// for that, `asked` when it was asked last.
    func isSilent(since: ContinuousClock.Instant, asked: ContinuousClock.Instant, after silence: Duration) -> Bool {
        deleted != nil && !isOver && asked - since >= .seconds(grace) + silence
    }

    var isRunning: Bool { if case .running? = main { true } else { false } }
}

/// What the cluster says of one Job.
struct KubernetesJob: Hashable, Sendable {
    var name: String
    var uid: String
    var created: Timestamp?
    /// The condition that ended it, such as `DeadlineExceeded`.
    var failure: String?
    var failureMessage: String?
    var isComplete = false
    var deleted: Timestamp?
}

/// Everything that one question answered.
struct KubernetesState: Hashable, Sendable {
    var jobs: [String: KubernetesJob] = [:]
    /// By the name of their Job, oldest first.
    var pods: [String: [KubernetesPod]] = [:]
}
