import RepriseModel

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
