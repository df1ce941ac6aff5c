import RepriseModel
import RepriseSystem

extension SlurmCommands {
    /// Asks the controller, the partition, and whether a job with these settings would be taken. Nothing is submitted.
    func examine() async -> ClusterExamination {
        var examination = ClusterExamination()
        do {
            examination.offers += try await partitions()
            let options = [
                settings.partition.map { "--partition=\($0)" }, settings.account.map { "--account=\($0)" },
                settings.qos.map { "--qos=\($0)" },
            ]
            let words =
                ["--test-only", "--ntasks=1", "--output=/dev/null"] + options.compactMap { $0 } + settings.options
            let result = try await run("sbatch", words + ["--wrap=true"])
            if result.status != 0 {
                throw SlurmError.refusal(Self.words(result), status: result.status, settings)
            }
            for program in ["squeue", "scancel", "scontrol"] {
                _ = try await run(program, ["--version"])
            }
        } catch let error as any RepriseError {
            examination.problems.append(error)
        } catch {
            examination.problems.append(Mistake("cannot ask Slurm: \(error)", code: "slurm-error", fault: .world))
        }
        return examination
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
