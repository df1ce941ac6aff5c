import RepriseDispatch
import RepriseModel

/// The allocation of Slurm's that this process is in: `salloc`, or a script that `sbatch` was given.
struct SrunAllocation: Hashable, Sendable {
    /// Slurm's number of it.
    var number: String
    /// The processors of each of its nodes; empty where nobody tells.
    var processors: [Int]
    /// Mebibytes on each of its nodes; nil where nobody tells.
    var memory: Int64?
    /// The GPUs of a node; nil where nobody tells.
    var gpus: Int?

    /// nil outside of one.
    init?(_ variables: [String: String]) {
        guard let number = variables["SLURM_JOB_ID"], !number.isEmpty, number.allSatisfy(\.isNumber) else { return nil }
        self.number = number
        processors = Self.repeated(variables["SLURM_JOB_CPUS_PER_NODE"] ?? "")
        memory = variables["SLURM_MEM_PER_NODE"].flatMap { Int64($0) }.flatMap { $0 > 0 ? $0 : nil }
        gpus = variables["SLURM_GPUS_ON_NODE"].flatMap { Int($0) }
    }

    /// The numbers of `4(x2),8`; empty where it says something else.
    static func repeated(_ text: String) -> [Int] {
        var numbers: [Int] = []
        for part in text.split(separator: ",") {
            let words = part.split { "(x)".contains($0) }
            guard let number = words.first.flatMap({ Int($0) }), words.count < 3 else { return [] }
            guard let times = words.count == 2 ? Int(words[1]) : 1, (1...100_000).contains(times) else { return [] }
            numbers += Array(repeating: number, count: times)
        }
        return numbers
    }

    /// How many jobs may be handed to it at once. Slurm decides which of its nodes has room for which.
    func capacity(slots: Int?) -> Capacity {
        let sum = processors.reduce(0, +)
        return Capacity(
            slots: slots ?? (sum == 0 ? Srun.fewest : nil),
            cpus: sum == 0 ? nil : sum,
            memory: memory.map { ($0 * Int64(max(1, processors.count))) << 20 }
        )
    }

    /// Its nodes, as the nodes of a partition are told of.
    var nodes: [SlurmNodeKind] {
        processors.map { count in
            SlurmNodeKind(partition: number, isDefault: false, processors: count, memory: memory, gpus: gpus)
        }
    }

    /// `2 nodes with 8 processors`
    var words: String {
        let sum = processors.reduce(0, +)
        guard sum > 0 else { return "allocation \(number)" }
        let nodes = "\(processors.count) node\(processors.count == 1 ? "" : "s")"
        return "allocation \(number), \(nodes) with \(sum) processor\(sum == 1 ? "" : "s")"
    }
}
