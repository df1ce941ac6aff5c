import OrderedCollections
import RepriseModel
import RepriseSystem

/// What a namespace's LimitRanges say of each container, by resource.
struct KubernetesLimits: Hashable, Sendable {
    /// Thousandths; of memory, of a byte.
    var least: [String: Double] = [:]
    var most: [String: Double] = [:]
    /// How many times the request a limit may be.
    var ratio: [String: Double] = [:]
}

/// What the second container of a pod is given, which keeps what the job left.
struct KubernetesKeeper: Hashable, Sendable {
    /// Thousandths of a processor.
    var processors = Amount(request: 10, limit: 500)
    /// Bytes.
    var memory = Amount(request: 32 << 20, limit: 64 << 20)

    struct Amount: Hashable, Sendable {
        var request: Int64
        var limit: Int64

        /// The same within limits, where they let it.
        func fitted(least: Double?, most: Double?, ratio: Double?) -> Amount {
            var fitted = self
            if let least {
                fitted.request = max(fitted.request, Int64(least))
                fitted.limit = max(fitted.limit, fitted.request)
            }
            if let most {
                fitted.limit = min(fitted.limit, Int64(most))
                fitted.request = min(fitted.request, fitted.limit)
            }
            if let ratio, ratio >= 1 {
                fitted.request = max(fitted.request, Int64((Double(fitted.limit) / ratio).rounded(.up)))
            }
            return fitted
        }
    }

    func fitted(to limits: KubernetesLimits) -> KubernetesKeeper {
        var fitted = self
        fitted.processors = processors.fitted(
            least: limits.least["cpu"],
            most: limits.most["cpu"],
            ratio: limits.ratio["cpu"]
        )
        fitted.memory = memory.fitted(
            least: limits.least["memory"].map { $0 / 1000 },
            most: limits.most["memory"].map { $0 / 1000 },
            ratio: limits.ratio["memory"]
        )
        return fitted
    }

    var resources: Value {
        func amounts(_ processors: Int64, _ memory: Int64) -> Value {
            let (whole, rest) = memory.quotientAndRemainder(dividingBy: 1 << 20)
            return .map(["cpu": .string("\(processors)m"), "memory": .string(rest == 0 ? "\(whole)Mi" : "\(memory)")])
        }
        return .map([
            "requests": amounts(processors.request, memory.request), "limits": amounts(processors.limit, memory.limit),
        ])
    }
}

extension KubernetesReply {
    /// A list of LimitRanges, as JSON: all of them together.
    static func limits(_ bytes: [UInt8]) throws -> KubernetesLimits {
        var limits = KubernetesLimits()
        for item in try Value(json: bytes[...])[path: "items"]?.listValue ?? [] {
            for limit in item[path: "spec.limits"]?.listValue ?? [] where limit["type"] == "Container" {
                limits.least.merge(amounts(limit["min"])) { max($0, $1) }
                limits.most.merge(amounts(limit["max"])) { min($0, $1) }
                limits.ratio.merge(amounts(limit["maxLimitRequestRatio"]).mapValues { $0 / 1000 }) { min($0, $1) }
            }
        }
        return limits
    }

    private static func amounts(_ value: Value?) -> [String: Double] {
        var amounts: [String: Double] = [:]
        for (name, amount) in value?.mapValue ?? [:] {
            amounts[name] = amount.stringValue.flatMap { KubernetesQuota.thousandths($0) }
        }
        return amounts
    }
}

extension KubernetesCommands {
    /// Throws where this user may not see them.
    func limits() async throws -> KubernetesLimits {
        try KubernetesReply.limits(try await succeed(["get", "limitranges", "--output=json"]).output)
    }
}

extension KubernetesWatch {
    /// What the namespace lets the second container of a pod have. Asked for now and then.
    func keeper() async -> KubernetesKeeper {
        if let limits, clock.now - limits.asked < .seconds(300) { return limits.keeper }
        // One who may not look meets them when a pod is to be made.
        let keeper = (try? await commands.limits()).map { KubernetesKeeper().fitted(to: $0) } ?? KubernetesKeeper()
        limits = (keeper, clock.now)
        return keeper
    }
}
