import RepriseModel

/// What keeps a job from beginning, and how long it may do so until the job is given up.
struct KubernetesObstacle: Hashable, Sendable {
    var words: String
    /// nil: it may go away at any time, so that the job waits.
    var patience: Duration?

    /// From the job's pod, and the cluster's messages about it, or, where it made none, about the Job.
    static func facing(
        _ pod: KubernetesPod?,
        image: String?,
        messages: [String],
        largest: KubernetesCapacity?,
        _ resources: Resources,
        _ settings: KubernetesSettings
    ) -> KubernetesObstacle? {
        guard let pod else { return messages.last.map(withoutPod) }
        if case .waiting(let reason, let message)? = pod.main {
            let own = settings.patience.map { Duration.milliseconds($0) }
            return waiting(reason, message ?? "", image) ?? messages.last.map { unmounted($0, patience: own) }
        }
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

    /// Something of its pod cannot be mounted: a volume that is away may come back, what does not exist may still be made.
    private static func unmounted(_ message: String, patience: Duration?) -> KubernetesObstacle {
        KubernetesObstacle(
            words: "its pod waits for a volume: " + KubernetesEnd.trimmed(message),
            patience: message.contains("not found") ? .seconds(60) : patience ?? .seconds(600)
        )
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
        let own = settings.patience.map { Duration.milliseconds($0) }
        if let largest, let lack = largest.lack(resources, besides: settings.volume == nil ? KubernetesKeeper() : nil) {
            // A cluster that makes nodes on demand has no largest one.
            return KubernetesObstacle(
                words: "asks for more than any node has (\(lack)): " + said,
                patience: own ?? .seconds(15)
            )
        }
        // Somebody else's job may end, and a node come back that is looked after or in trouble; another one that nothing keeps
        // from taking the job rarely appears.
        let isBusy = ["Insufficient", "Too many pods", "unschedulable", "node.kubernetes.io/"]
            .contains {
                words.contains($0)
            }
        return KubernetesObstacle(
            words: "fits on no node now: " + said,
            patience: own ?? (isBusy ? nil : .seconds(600))
        )
    }

    private static func withoutPod(_ message: String) -> KubernetesObstacle {
        let words = KubernetesEnd.trimmed(withoutName(message))
        guard words.contains("exceeded quota") else {
            let hint = words.contains("must specify") ? "; say `resources` in the experiment" : ""
            return KubernetesObstacle(words: "the cluster makes no pod for it: " + words + hint, patience: .seconds(15))
        }
        let isHopeless = KubernetesQuota.isExceededByOne(words)
        return KubernetesObstacle(
            words: (isHopeless ? "asks for more than the quota has: " : "waits for the quota: ") + words,
            patience: isHopeless ? .seconds(10) : nil
        )
    }

    /// What the cluster says without the name of the pod, which is another one in each of its tries.
    static func withoutName(_ message: String) -> String {
        if let end = message.firstRange(of: #"" is forbidden: "#), message[..<end.lowerBound].contains(#"pods ""#) {
            return String(message[end.upperBound...])
        }
        return message.hasPrefix("Error creating: ") ? String(message.dropFirst(16)) : message
    }
}
