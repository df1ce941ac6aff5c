import RepriseModel
import RepriseSite
import RepriseSystem

/// What can never be executed in the partitions that a target names, found before anything is queued.
struct SlurmRefusal: RepriseError, Hashable {
    var what: String
    var why: String?
    var fix: String?
    var code: String { "slurm-impossible" }
    var fault: Fault { .usage }

    /// nil where some node may take such a job one day, or where nobody can tell. `nodes` are those of the whole cluster.
    init?(
        _ demand: Resources,
        target: String,
        place named: String? = nil,
        partitions: [String],
        nodes: [SlurmNodeKind],
        limitsTime: Bool
    ) {
        let own = nodes.filter { partitions.contains($0.partition) }
        func fits(_ node: SlurmNodeKind) -> Bool {
            node.holds(demand) && (!limitsTime || node.givesTime(for: demand))
        }
        guard !own.isEmpty, !own.contains(where: fits) else { return nil }
        let names = partitions.map { "`\($0)`" }.joined(separator: ", ")
        let place =
            named ?? "the partition\(partitions.count == 1 ? "" : "s") \(names) of target `\(target)`"
        let able = own.filter { $0.holds(demand) }
        if let asked = demand.time, let most = able.compactMap(\.time).max() {
            what = "\(place) will not give a run \(Quantities.text(milliseconds: asked)) of time"
            why = "it gives at most " + Quantities.text(milliseconds: most)
        } else {
            let lacks = SlurmNodeKind.Lack.allCases.filter { lack in
                own.allSatisfy { lack.isFound(in: $0, demand) }
            }
            let asked =
                lacks.isEmpty
                ? SlurmNodeKind.Lack.allCases.filter { lack in
                    own.contains { lack.isFound(in: $0, demand) }
                } : lacks
            let together = lacks.isEmpty ? " together" : ""
            what =
                "no node of \(place) has "
                + asked.map { $0.words(demand) }.joined(separator: " and ") + together
            let largest = own.max { left, right in
                let pair = asked.map { (($0.amount(in: left) ?? 0), ($0.amount(in: right) ?? 0)) }
                return pair.map(\.0).lexicographicallyPrecedes(pair.map(\.1))
            }
            why = largest.map { "the largest has " + $0.words }
        }
        let less = "ask for less in the experiment's `resources`"
        let other = nodes.first { !partitions.contains($0.partition) && fits($0) }?.partition
        fix =
            other.map {
                "\(less), or name the partition `\($0)`, which has it: `--set targets.\(target).partition=\($0)`"
            }
            ?? less
    }
}

extension SlurmCluster {
    /// Asks `sinfo` once for all of them. Where the cluster has rules of its own for what is submitted, those decide.
    func refusal(of demands: [Resources]) async -> (any RepriseError)? {
        if allocation == nil, let excess = await excess(among: demands) { return excess }
        guard !settings.namesCluster, demands.contains(where: \.mayBeTooMuch) else { return nil }
        if let allocation {
            return demands.lazy.compactMap { refusal(of: $0, in: allocation) }.first
        }
        let login = SlurmLogin(parts)
        let commands = SlurmCommands(
            settings,
            processes: login?.runner ?? parts.processes,
            variables: login == nil ? parts.variables : SlurmSurroundings.everyDecision
        )
        guard let nodes = try? await commands.nodes() else { return nil }
        let named = settings.partition ?? commands.variables["SBATCH_PARTITION"]
        let partitions =
            named.flatMap { $0.isEmpty ? nil : $0.split(separator: ",").map(String.init) }
            ?? nodes.filter(\.isDefault).map(\.partition).uniqued
        for demand in demands {
            let refusal = SlurmRefusal(
                demand,
                target: parts.target.name,
                partitions: partitions,
                nodes: nodes,
                limitsTime: settings.qos == nil
            )
            if let refusal, await commands.refuses(demand) { return refusal }
        }
        return nil
    }
}

extension SlurmCluster {
    private func refusal(of demand: Resources, in allocation: SrunAllocation) -> SlurmRefusal? {
        SlurmRefusal(
            demand,
            target: parts.target.name,
            place: "the allocation \(allocation.number)",
            partitions: [allocation.number],
            nodes: allocation.nodes,
            limitsTime: false
        )
    }
}

extension SlurmCommands {
    func nodes() async throws -> [SlurmNodeKind] {
        SlurmReply.nodes(try await succeed("sinfo", SlurmArguments.nodes))
    }

    /// Whether Slurm itself would not take such a job, where its plugins may change what jobs ask for; true where there
    /// are none.
    fileprivate func refuses(_ demand: Resources) async -> Bool {
        let text = try? await succeed("scontrol", ["show", "config"])
        let plugins = text.flatMap { SlurmReply.setting("JobSubmitPlugins", in: $0) } ?? ""
        guard !plugins.isEmpty, plugins != "(null)", plugins != "n/a" else { return true }
        let batch = SlurmBatch(name: "reprise", folder: "/", entries: [], resources: demand, hasSecrets: false)
        let options = SlurmScript.options(batch, settings).filter { !$0.hasPrefix("--output=") }
        let result = try? await run("sbatch", ["--test-only", "--output=/dev/null"] + options + ["--wrap=true"])
        return result?.status != 0
    }
}

extension Resources {
    fileprivate var mayBeTooMuch: Bool { cpus != nil || memory != nil || gpus != nil || time != nil }
}

extension SlurmSettings {
    /// Whether an option sends jobs elsewhere than the target's own settings say.
    fileprivate var namesCluster: Bool {
        options.contains { option in
            ["--clusters", "--cluster", "--partition", "--qos", "--reservation"].contains { option.hasPrefix($0 + "=") }
        }
    }
}

extension [String] {
    fileprivate var uniqued: [String] { reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }
}
