import RepriseModel
import RepriseSystem

extension SlurmCommands {
    /// Asks the controller, the partition, and whether a job with these settings would be taken. Nothing is submitted.
    func examine() async -> ClusterExamination {
        var examination = ClusterExamination()
        do {
            async let offers = partitions()
            async let remark = tryJob()
            async let absent = absentPrograms()
            examination.offers += try await offers
            if let remark = try await remark { examination.remarks.append(remark) }
            if let program = try await absent.first { throw SlurmError.missing(program: program) }
        } catch let error as any RepriseError {
            examination.problems.append(error)
        } catch {
            examination.problems.append(Mistake("cannot ask Slurm: \(error)", code: "slurm-error", fault: .world))
        }
        return examination
    }

    /// Whether Slurm would take a job that asks for nothing. Returns what concerns other jobs than that.
    private func tryJob() async throws -> ClusterExamination.Remark? {
        var words = ["--test-only", "--ntasks=1", "--output=/dev/null"]
        words += [
            settings.partition.map { "--partition=\($0)" }, settings.account.map { "--account=\($0)" },
            settings.qos.map { "--qos=\($0)" },
        ]
        .compactMap { $0 }
        if !settings.nodes.isEmpty { words.append("--nodelist=" + settings.nodes.joined(separator: ",")) }
        if !settings.excluded.isEmpty { words.append("--exclude=" + settings.excluded.joined(separator: ",")) }
        let result = try await run("sbatch", words + settings.options + ["--wrap=true"])
        guard result.status != 0 else { return nil }
        let refusal = SlurmError.refusal(Self.words(result), status: result.status, settings)
        switch refusal {
        case .limit(let words):
            let limit = SlurmLimits.named(in: words).map { " (\($0))" } ?? ""
            return .init(refusal.what + limit, fix: "wait: what is queued is submitted when others have ended")
        case .excessive:
            return .init(
                "a job without `resources` " + refusal.what.dropFirst("the job ".count),
                fix: refusal.fix
            )
        default: break
        }
        if case .impossible(let words) = refusal, let states = try? await nodeStates(), states.areAllAway {
            throw SlurmError.noNodes(words: words + "; " + states.words)
        }
        throw refusal
    }

    /// How the nodes of the target's partition stand.
    private func nodeStates() async throws -> SlurmNodeStates {
        let names = settings.partition.map { ["--partition=\($0)"] } ?? []
        let result = try await run("sinfo", ["--noheader", "--Node", "--format=%N|%T|%E"] + names)
        return SlurmNodeStates(result.text)
    }

    private func absentPrograms() async throws -> [String] {
        let own = settings.usesSrun ? ["srun", "setsid", "flock"] : []
        let line = #"for name do command -v "$name" > /dev/null || echo "$name"; done"#
        let result = try await run("sh", ["-c", line, "sh", "squeue", "scancel", "scontrol"] + own)
        return result.text.split(separator: "\n").map(String.init)
    }

    /// In words: what the target's partition has, or the default one.
    private func partitions() async throws -> [String] {
        let names = settings.partition.map { ["--partition=\($0)"] } ?? []
        let result = try await run("sinfo", ["--noheader", "--summarize", "--format=%P|%a|%l|%D|%c|%m|%G"] + names)
        if result.status != 0 { throw SlurmError.refusal(Self.words(result), status: result.status, settings) }
        let known = SlurmReply.partitions(result.text)
        if let name = settings.partition, known.isEmpty {
            let all = try await run("sinfo", ["--noheader", "--summarize", "--format=%P|%a|%l|%D|%c|%m|%G"])
            let names = SlurmReply.partitions(all.text).map(\.name)
            let near = nearestName(to: name, among: names).map { "; did you mean `\($0)`?" } ?? ""
            let words = "Slurm has " + names.map { "`\($0)`" }.joined(separator: ", ") + near
            throw SlurmError.noPartition(name, words: words)
        }
        return (settings.partition == nil ? known.filter(\.isDefault) : known).map(\.description)
    }
}

/// How nodes stand, a line of `sinfo --Node` each.
struct SlurmNodeStates: Hashable, Sendable {
    private struct Node: Hashable {
        var name: String
        var state: String
        var reason: String
    }

    private var nodes: [Node] = []

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "|", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            if fields.count == 3 { nodes.append(Node(name: fields[0], state: fields[1], reason: fields[2])) }
        }
    }

    /// Whether no node takes jobs now.
    var areAllAway: Bool {
        !nodes.isEmpty
            && nodes.allSatisfy { node in
                ["down", "drain", "fail", "maint", "unknown", "inval"].contains { node.state.hasPrefix($0) }
            }
    }

    var words: String {
        nodes.prefix(4)
            .map { node in
                let reason = node.reason.isEmpty || node.reason == "none" ? "" : " (\(node.reason))"
                return "`\(node.name)` is \(node.state)\(reason)"
            }
            .joined(separator: ", ")
    }
}

/// A line of `sinfo --summarize`.
struct SlurmPartition: Hashable, Sendable, CustomStringConvertible {
    var name: String
    var isDefault: Bool
    var isUp: Bool
    var time: String
    var nodes: String
    var processors: String
    var memory: Int64?
    var devices: String

    var description: String {
        var parts = [
            "partition `\(name)`" + (isUp ? "" : " (down)"), "\(nodes) nodes", "\(processors) processors each",
        ]
        if let memory { parts.append(Quantities.text(bytes: memory << 20) + " of memory each") }
        if !devices.isEmpty, devices != "(null)" { parts.append(devices) }
        parts.append(time == "infinite" ? "no time limit" : "at most \(time)")
        return parts.joined(separator: ", ")
    }
}

extension SlurmReply {
    static func partitions(_ text: String) -> [SlurmPartition] {
        text.split(separator: "\n")
            .compactMap { line in
                let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
                guard fields.count == 7 else { return nil }
                let isDefault = fields[0].hasSuffix("*")
                return SlurmPartition(
                    name: isDefault ? String(fields[0].dropLast()) : fields[0],
                    isDefault: isDefault,
                    isUp: fields[1] == "up",
                    time: fields[2],
                    nodes: fields[3],
                    processors: fields[4],
                    memory: Int64(fields[5].filter { $0.isNumber }),
                    devices: fields[6]
                )
            }
    }
}
