import OrderedCollections
import RepriseModel
import RepriseSite

/// What a site file says about a cluster.
package struct SlurmSettings: Hashable, Sendable {
    package var partition: String?
    package var account: String?
    package var qos: String?
    /// The node that a job must have; empty for any.
    package var nodes: [String] = []
    /// Nodes that a job must not have.
    package var excluded: [String] = []
    /// What the program is sent before its time is over, and how long before.
    package var signal: SlurmSignal?
    /// The command that executes images on the nodes; nil for `apptainer`.
    package var container: String?
    /// Runs are executed by `srun` at once, and not handed to `sbatch`.
    package var usesSrun = false
    /// How many tasks of one array run at once; nil for as many as the cluster lets.
    package var slots: Int?
    /// Environment modules, loaded in this order before the job.
    package var modules: [String]
    /// Shell lines before the job, after the modules.
    package var prologue: [String]
    /// More options of `sbatch`, a word each, such as `--exclude=n7`.
    package var options: [String]

    package init(
        partition: String? = nil,
        account: String? = nil,
        qos: String? = nil,
        slots: Int? = nil,
        modules: [String] = [],
        prologue: [String] = [],
        options: [String] = []
    ) {
        self.partition = partition
        self.account = account
        self.qos = qos
        self.slots = slots
        self.modules = modules
        self.prologue = prologue
        self.options = options
    }

    package init(_ target: TargetSettings) {
        self.init(
            partition: target.text("partition"),
            account: target.text("account"),
            qos: target.text("qos"),
            slots: target.mostRuns,
            modules: target.texts("modules"),
            prologue: target.texts("prologue"),
            options: target.options
        )
        nodes = target.texts("nodelist")
        excluded = target.texts("exclude")
        signal = target.text("signal").flatMap { SlurmSignal($0) }
        container = target.text("container")
        usesSrun = target.values["srun"]?.boolValue ?? false
    }

    /// The option among `options` that takes a decision which is Reprise's own; nil where there is none.
    package var conflict: String? {
        options.first { option in
            let name = option.prefix { $0 != "=" }
            return !option.hasPrefix("--") || Self.reserved.contains(String(name)) || option.contains { $0.isNewline }
        }
    }

    private static let reserved: Set<String> = [
        "--array", "--job-name", "--output", "--error", "--wrap", "--parsable", "--wait", "--requeue", "--export",
        "--export-file", "--chdir", "--open-mode", "--test-only", "--input", "--ntasks", "--help", "--version",
    ]
}

/// A signal before the end, such as `USR1@60`: Slurm sends it so many seconds before the time limit, and where the cluster is
/// set up for it, before it takes the job's nodes away.
package struct SlurmSignal: Hashable, Sendable {
    package static let names = ["USR1", "USR2", "TERM", "INT", "HUP"]

    package var name: String
    package var seconds: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let name = parts[0].hasPrefix("SIG") ? parts[0].dropFirst(3) : parts[0]
        guard parts.count == 2, Self.names.contains(String(name)), let seconds = Int(parts[1]),
            (1...65535).contains(seconds)
        else { return nil }
        self.name = String(name)
        self.seconds = seconds
    }
}

/// Jobs that are handed over as one: a single job, or an array of jobs that ask for the same.
struct SlurmBatch: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        /// `JobKey` as text.
        var key: String
        /// Absolute.
        var folder: String
    }

    /// The name that Slurm is asked for.
    var name: String
    /// Where the script and what Slurm itself says lie; absolute.
    var folder: String
    var entries: [Entry]
    var resources: Resources
    var hasSecrets: Bool
    /// Each job's folder has a `launch.sh`, which begins its container.
    var hasContainers = false
    /// The jobs come after others, which a file in each one's folder names.
    var hasNeeds = false
    /// What `--dependency` takes; nil where all that they come after has finished.
    var dependency: String?
    /// The numbers of the tasks, ascending, where they are not 0, 1, 2 …
    var numbers: [Int]?
    /// How many tasks may run at once, where it is not what the target says.
    var slots: Int?

    /// One of more batches than these jobs are worth before they may begin, or than the target has slots.
    var isWelcome = true

    /// In how many batches jobs that ask for the same are handed over before they may begin: they are no reason to keep a
    /// controller busy.
    static let most = 16

    var isArray: Bool { entries.count > 1 }

    /// Makes it one that Slurm lets wait for others.
    mutating func come<Member>(after order: SlurmOrder<Member>) {
        hasNeeds = true
        dependency = order.dependency
        numbers = isArray ? order.numbers : nil
    }

    /// The number that the entry at this position has as a task.
    func number(at position: Int) -> Int { numbers?[position] ?? position }

    /// What `--array` takes.
    var range: String {
        guard let numbers else { return "0-\(entries.count - 1)" }
        var ranges: [ClosedRange<Int>] = []
        for number in numbers {
            if let last = ranges.last, last.upperBound + 1 == number {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }

    /// Where Slurm itself writes what it has to say about a task.
    func log(of index: Int) -> String { isArray ? "\(folder)/\(index).log" : folder + "/slurm.log" }
    var script: String { folder + "/slurm.sh" }
}
