import OrderedCollections
import RepriseModel
import RepriseSite

/// What a site file says about a Kubernetes cluster.
package struct KubernetesSettings: Hashable, Sendable {
    /// The context of `kubectl`; nil for the current one.
    package var context: String?
    /// nil for the context's own.
    package var namespace: String?
    /// For jobs that name none.
    package var image: String?
    /// What jobs see of this machine's files; nil where files are carried.
    package var volume: Volume?
    package var nodeSelector: [String]
    package var tolerations: [String]
    package var serviceAccount: String?
    package var pullSecrets: [String]
    package var labels: [String]
    /// The resource that GPUs are asked for by.
    package var gpuResource: String
    /// Milliseconds after which the cluster clears away a job that has ended and that nobody fetched.
    package var timeToLive: Int64
    /// Milliseconds that a job's files wait in its pod to be fetched.
    package var keep: Int64
    /// Milliseconds after which a job that fits on no node is given up; nil decides by the reason.
    package var patience: Int64?
    package var slots: Int?

    /// A claim whose root this machine has at `path`.
    package struct Volume: Hashable, Sendable {
        package var claim: String
        package var path: String

        package init(claim: String, path: String) {
            self.claim = claim
            self.path = path
        }

        /// Reads `CLAIM:PATH`.
        package init?(_ text: String) {
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty, parts[1].hasPrefix("/") else { return nil }
            var path = parts[1]
            while path.count > 1, path.hasSuffix("/") { path.removeLast() }
            self.init(claim: parts[0], path: path)
        }

        package func holds(_ other: String) -> Bool { other == path || other.hasPrefix(path + "/") }
    }

    package init(
        context: String? = nil,
        namespace: String? = nil,
        image: String? = nil,
        volume: Volume? = nil,
        nodeSelector: [String] = [],
        tolerations: [String] = [],
        serviceAccount: String? = nil,
        pullSecrets: [String] = [],
        labels: [String] = [],
        gpuResource: String = "nvidia.com/gpu",
        timeToLive: Int64 = 86_400_000,
        keep: Int64 = 3_600_000,
        patience: Int64? = nil,
        slots: Int? = nil
    ) {
        self.context = context
        self.namespace = namespace
        self.image = image
        self.volume = volume
        self.nodeSelector = nodeSelector
        self.tolerations = tolerations
        self.serviceAccount = serviceAccount
        self.pullSecrets = pullSecrets
        self.labels = labels
        self.gpuResource = gpuResource
        self.timeToLive = timeToLive
        self.keep = keep
        self.patience = patience
        self.slots = slots
    }

    init(_ target: TargetSettings) {
        self.init(
            context: target.text("context"),
            namespace: target.text("namespace"),
            image: target.image,
            volume: target.text("volume").flatMap(Volume.init),
            nodeSelector: target.texts("node-selector"),
            tolerations: target.texts("tolerations"),
            serviceAccount: target.text("service-account"),
            pullSecrets: target.texts("pull-secrets"),
            labels: target.texts("labels"),
            gpuResource: target.text("gpu-resource") ?? "nvidia.com/gpu",
            timeToLive: target.values["ttl"]?.integerValue ?? 86_400_000,
            keep: target.values["keep"]?.integerValue ?? 3_600_000,
            patience: target.values["patience"]?.integerValue,
            slots: target.mostRuns
        )
    }
}

/// `KEY=VALUE:EFFECT`, `KEY:EFFECT`, `KEY=VALUE` or `KEY`, as taints are written.
struct KubernetesToleration: Hashable, Sendable {
    var key: String
    var value: String?
    var effect: String?

    static let effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"]

    init?(_ text: String) {
        let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let words = halves[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard !words[0].isEmpty, halves.count == 1 || Self.effects.contains(halves[1]) else { return nil }
        key = words[0]
        value = words.count > 1 ? words[1] : nil
        effect = halves.count > 1 ? halves[1] : nil
    }
}

/// `KEY=VALUE`.
struct KubernetesPair: Hashable, Sendable {
    var key: String
    var value: String

    init?(_ text: String) {
        let words = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard words.count == 2, !words[0].isEmpty else { return nil }
        key = words[0]
        value = words[1]
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
