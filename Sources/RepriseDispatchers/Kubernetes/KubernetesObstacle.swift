import RepriseModel

/// What keeps a job from beginning, and how long it may do so until the job is given up.
struct KubernetesObstacle: Hashable, Sendable {
    var words: String
    /// nil: it may go away at any time, so that the job waits.
    var patience: Duration?

    /// From the job's pod, or, where the cluster made none, from its messages about the Job.
    static func facing(
        _ pod: KubernetesPod?,
        image: String?,
        messages: [String],
        largest: KubernetesCapacity?,
        _ resources: Resources,
        _ settings: KubernetesSettings
    ) -> KubernetesObstacle? {
        guard let pod else { return messages.last.map(withoutPod) }
        if case .waiting(let reason, let message)? = pod.main { return waiting(reason, message ?? "", image) }
        guard let words = pod.unschedulable else { return nil }
        return unschedulable(words, largest, resources, settings)
    }

    private static func waiting(_ reason: String, _ message: String, _ image: String?) -> KubernetesObstacle? {
        let image = image.map { " `\($0)`" } ?? ""
        let words = message.isEmpty ? "" : ": " + KubernetesEnd.trimmed(message)
        switch reason {
        case "ErrImagePull", "ImagePullBackOff", "RegistryUnavailable":
            return KubernetesObstacle(words: "cannot pull the image\(image)\(words)", patience: .seconds(20))
        case "InvalidImageName", "ErrImageNeverPull", "ImageInspectError", "ErrImageInspect":
            return KubernetesObstacle(words: "cannot take the image\(image)\(words)", patience: .seconds(3))
        case "CreateContainerConfigError", "CreateContainerError", "RunContainerError":
            return KubernetesObstacle(words: "its container cannot be made\(words)", patience: .seconds(30))
        default: return nil
        }
    }

    private static func unschedulable(
        _ words: String,
        _ largest: KubernetesCapacity?,
        _ resources: Resources,
        _ settings: KubernetesSettings
    ) -> KubernetesObstacle {
        let said = KubernetesEnd.trimmed(words)
        if words.contains("persistentvolumeclaim"), words.contains("not found") {
            return KubernetesObstacle(words: "the namespace has no such claim: " + said, patience: .seconds(10))
        }
        if let largest, let lack = largest.lack(resources) {
            return KubernetesObstacle(
                words: "asks for more than any node has (\(lack)): " + said,
                patience: .seconds(15)
            )
        }
        let own = settings.patience.map { Duration.milliseconds($0) }
        // Somebody else's job may end; a node that nothing keeps from taking the job rarely appears.
        let isBusy = words.contains("Insufficient") || words.contains("Too many pods")
        return KubernetesObstacle(
            words: "fits on no node now: " + said,
            patience: own ?? (isBusy ? nil : .seconds(600))
        )
    }

    private static func withoutPod(_ message: String) -> KubernetesObstacle {
        let words = KubernetesEnd.trimmed(
            message.hasPrefix("Error creating: ") ? String(message.dropFirst(16)) : message
        )
        guard words.contains("exceeded quota") else {
            return KubernetesObstacle(words: "the cluster makes no pod for it: " + words, patience: .seconds(15))
        }
        let isHopeless = KubernetesQuota.isExceededByOne(words)
        return KubernetesObstacle(
            words: (isHopeless ? "asks for more than the quota has: " : "waits for the quota: ") + words,
            patience: isHopeless ? .seconds(10) : nil
        )
    }
}

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

/// Amounts as Kubernetes writes them.
enum KubernetesQuota {
    /// Thousandths of `2`, `500m`, `24677620Ki`, `1.5Gi`, `2G`; nil for anything else.
    static func thousandths(_ text: some StringProtocol) -> Double? {
        let number = text.prefix { $0.isNumber || $0 == "." }
        guard let amount = Double(number) else { return nil }
        let factors: [String: Double] = [
            "": 1000, "m": 1, "k": 1e6, "K": 1e6, "M": 1e9, "G": 1e12, "T": 1e15, "Ki": 1024e3, "Mi": 1_048_576e3,
            "Gi": 1_073_741_824e3, "Ti": 1_099_511_627_776e3,
        ]
        return factors[String(text.dropFirst(number.count))].map { $0 * amount }
    }

    /// Whether the job that is refused asks for more than the quota has in all:
    /// `exceeded quota: q, requested: limits.memory=4Gi, used: limits.memory=0, limited: limits.memory=1Gi`.
    static func isExceededByOne(_ words: String) -> Bool {
        let requested = amounts(in: words, behind: "requested: ")
        let limited = amounts(in: words, behind: "limited: ")
        return requested.contains { name, amount in limited[name].map { amount > $0 } ?? false }
    }

    private static func amounts(in words: String, behind head: String) -> [String: Double] {
        let parts = words.split(separator: head, maxSplits: 1)
        guard parts.count == 2, let list = parts[1].split(separator: ", ").first else { return [:] }
        var amounts: [String: Double] = [:]
        for pair in list.split(separator: ",") {
            let halves = pair.split(separator: "=", maxSplits: 1)
            if halves.count == 2, let amount = thousandths(halves[1].prefix { !$0.isWhitespace }) {
                amounts[String(halves[0])] = amount
            }
        }
        return amounts
    }
}
