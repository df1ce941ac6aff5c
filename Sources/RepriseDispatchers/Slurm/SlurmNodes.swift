import RepriseModel

/// What nodes have, as far as it bounds a single job: a line of `sinfo --exact` for nodes that are alike.
struct SlurmNodeKind: Hashable, Sendable {
    var partition: String
    var isDefault: Bool
    /// Milliseconds that the partition gives a job; nil where it sets no bound.
    var time: Int64?
    /// nil where Slurm tells no number, here and below.
    var processors: Int?
    /// Mebibytes.
    var memory: Int64?
    var gpus: Int?

    func holds(_ demand: Resources) -> Bool {
        Lack.allCases.allSatisfy { !$0.isFound(in: self, demand) }
    }

    func givesTime(for demand: Resources) -> Bool {
        guard let time, let asked = demand.time else { return true }
        return SlurmScript.minutes(asked) * 60_000 <= time
    }

    /// `4 processors, 3.9 GiB of memory and 2 GPUs`
    var words: String {
        var parts = processors.map { ["\($0) processor\($0 == 1 ? "" : "s")"] } ?? []
        if let memory { parts.append(Quantities.text(bytes: memory << 20) + " of memory") }
        if let gpus { parts.append(gpus == 0 ? "no GPU" : "\(gpus) GPU\(gpus == 1 ? "" : "s")") }
        guard let last = parts.popLast() else { return "nothing that Slurm tells of" }
        return parts.isEmpty ? last : parts.joined(separator: ", ") + " and " + last
    }

    /// What a node may have too little of.
    enum Lack: CaseIterable {
        case processors, memory, gpus

        func isFound(in node: SlurmNodeKind, _ demand: Resources) -> Bool {
            guard let has = amount(in: node), let asked = asked(demand) else { return false }
            return asked > has
        }

        func amount(in node: SlurmNodeKind) -> Int64? {
            switch self {
            case .processors: node.processors.map(Int64.init)
            case .memory: node.memory
            case .gpus: node.gpus.map(Int64.init)
            }
        }

        /// In the unit of `amount`.
        private func asked(_ demand: Resources) -> Int64? {
            switch self {
            case .processors: demand.cpus.map(Int64.init)
            case .memory: demand.memory.map { ($0 + 1_048_575) >> 20 }
            case .gpus: demand.gpus.map(Int64.init)
            }
        }

        func words(_ demand: Resources) -> String {
            switch self {
            case .processors: "\(demand.cpus ?? 0) processors"
            case .memory: Quantities.text(bytes: demand.memory ?? 0) + " of memory"
            case .gpus: "\(demand.gpus ?? 0) GPUs"
            }
        }
    }
}

extension SlurmReply {
    /// Lines of `SlurmArguments.nodes`.
    static func nodes(_ text: String) -> [SlurmNodeKind] {
        text.split(separator: "\n")
            .compactMap { line in
                let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
                guard fields.count == 5, !fields[0].isEmpty else { return nil }
                let isDefault = fields[0].hasSuffix("*")
                return SlurmNodeKind(
                    partition: isDefault ? String(fields[0].dropLast()) : fields[0],
                    isDefault: isDefault,
                    time: milliseconds(fields[1]),
                    processors: Int(fields[2]),
                    memory: Int64(fields[3]),
                    gpus: gpus(fields[4])
                )
            }
    }

    /// `1-00:00:00`, `2:30:00` or `1:00`, of which the last counts seconds; nil for `infinite` and whatever else.
    static func milliseconds(_ text: String) -> Int64? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count < 3, let clock = parts.last else { return nil }
        let days = parts.count == 2 ? Int64(parts[0]) : 0
        let numbers = clock.split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
        guard let days, numbers.count < 4, !numbers.contains(nil) else { return nil }
        let seconds = numbers.compactMap(\.self).reduce(0) { $0 * 60 + $1 }
        return (days * 86400 + seconds) * 1000
    }

    /// The GPUs of `gpu:a100:4(S:0-1),gpu:v100:2,shard:8`; nil where their number cannot be told.
    static func gpus(_ text: String) -> Int? {
        var sum = 0
        var depth = 0
        let plain = text.filter { character in
            if character == "(" { depth += 1 }
            defer { if character == ")" { depth -= 1 } }
            return depth == 0
        }
        for device in plain.split(separator: ",") {
            let words = device.split(separator: ":")
            guard words.first == "gpu" else { continue }
            guard words.count > 1 else {
                sum += 1
                continue
            }
            guard let number = words.last.flatMap({ Int($0) }) else { return nil }
            sum += number
        }
        return sum
    }
}
