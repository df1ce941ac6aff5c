import RepriseImages
import RepriseModel
import RepriseSystem

/// Slurm's own commands, each called by one method.
package struct SlurmCommands: Sendable {
    let settings: SlurmSettings
    let processes: any ProcessRunner
    /// The environment of this process, which jobs inherit.
    let variables: [String: String]

    package init(_ settings: SlurmSettings, processes: any ProcessRunner, variables: [String: String]) {
        self.settings = settings
        self.processes = processes
        self.variables = variables
    }

    /// Submits and returns Slurm's number. `lock` is held as long as `sbatch` lives, whoever dies meanwhile.
    func submit(_ batch: SlurmBatch, halves: String?, secrets: [String: String], lock: String) async throws -> String {
        let words = SlurmArguments.submit(batch.script)
        var changes = SlurmSurroundings.changes(variables, settings, batch, secrets: Array(secrets.values))
        if let halves { changes.updateValue(halves, forKey: SlurmSecrets.variable) }
        let result: ProcessResult
        do {
            let held = ["--no-fork", lock, "sbatch"] + words
            result = try await processes.run(Invocation("flock", held, variables: changes))
            if result.errorText.contains("failed to execute sbatch") { throw SlurmError.missing(program: "sbatch") }
        } catch  where error is ProgramMissing || (error as? RemoteProgramMissing)?.program == "flock" {
            return try await submitted(run("sbatch", words, variables: changes))
        }
        return try submitted(result)
    }

    private func submitted(_ result: ProcessResult) throws -> String {
        guard result.status == 0 else {
            throw SlurmError.refusal(Self.words(result), status: result.status, settings)
        }
        guard let id = SlurmReply.submitted(result.text) else {
            throw SlurmError.other(command: "sbatch", status: 0, words: "it printed no number: \(result.text)")
        }
        return id
    }

    /// Every job of this user that the controller knows.
    func queue() async throws -> [SlurmRow] {
        SlurmReply.queue(try await succeed("squeue", SlurmArguments.queue))
    }

    /// The same from what `squeue` has printed already, on both streams.
    func queue(_ answer: (text: String, status: Int)) throws -> [SlurmRow] {
        guard answer.status != 0 else { return SlurmReply.queue(answer.text) }
        let words = Self.words(ProcessResult(status: answer.status, errors: Array(answer.text.utf8)))
        throw SlurmError.refusal(words, status: answer.status, settings)
    }

    /// nil where the cluster keeps no accounts. Jobs that nobody knows are left out. Throws when the accounts do not answer.
    func accounting(_ ids: [String]) async throws -> [SlurmRow]? {
        let result = try await run("sacct", SlurmArguments.accounting(ids))
        if result.errorText.contains("accounting storage is disabled") { return nil }
        let rows = SlurmReply.accounting(result.text)
        guard result.status == 0 || !rows.isEmpty else {
            throw SlurmError.other(command: "sacct", status: result.status, words: Self.words(result))
        }
        return rows
    }

    /// From the text file that some clusters keep instead; empty where there is none, or none that may be read.
    func completions(_ numbers: [String]) async throws -> [SlurmRow] {
        SlurmReply.accounting(try await run("sacct", SlurmArguments.completions(numbers)).text)
    }

    func cancel(_ arguments: [String]) async throws {
        let result = try await run("scancel", arguments)
        let words = Self.words(result)
        // A job that is gone already is as good as cancelled.
        let isGone = words.contains("Invalid job id") || words.contains("already complet")
        guard result.status == 0 || words.isEmpty || isGone else {
            throw SlurmError.refusal(words, status: result.status, settings)
        }
    }

    /// How many tasks an array may have.
    func largestArray() async -> Int {
        let text = try? await succeed("scontrol", ["show", "config"])
        return text.flatMap { SlurmReply.setting("MaxArraySize", in: $0) }.flatMap { Int($0) } ?? 1001
    }

    /// When the controller was started, in seconds since 1970.
    func start() async throws -> Int64? {
        let result = try await run("scontrol", ["show", "config"], variables: ["SLURM_TIME_FORMAT": "%s"])
        return SlurmReply.setting("BOOT_TIME", in: result.text).flatMap { Int64($0) }
    }

    // MARK: Running them

    func succeed(_ program: String, _ arguments: [String]) async throws -> String {
        let result = try await run(program, arguments)
        guard result.status == 0 else {
            let refusal = SlurmError.refusal(Self.words(result), status: result.status, settings)
            if case .other(_, let status, let words) = refusal {
                throw SlurmError.other(command: program, status: status, words: words)
            }
            throw refusal
        }
        return result.text
    }

    func run(
        _ program: String,
        _ arguments: [String],
        variables: [String: String?] = [:]
    ) async throws -> ProcessResult {
        do {
            return try await processes.run(Invocation(program, arguments, variables: variables))
        } catch let error as ProgramMissing {
            throw SlurmError.missing(program: error.program)
        }
    }

    /// The last lines of what a command complained about, without its name.
    static func words(_ result: ProcessResult) -> String {
        result.errorText.split(separator: "\n").suffix(3)
            .map { line in
                var line = line
                for head in ["sbatch: ", "squeue: ", "scancel: ", "scontrol: ", "sacct: ", "error: ", "fatal: "]
                where line.hasPrefix(head) { line = line.dropFirst(head.count) }
                return String(line)
            }
            .joined(separator: "; ")
    }
}

/// The environment that `sbatch` is given, and that the job therefore has: this process's, without what is not the job's.
enum SlurmSurroundings {
    /// Decisions of the script that a variable would overrule.
    private static let decided = [
        "ARRAY_INX", "JOB_NAME", "OUTPUT", "ERROR", "INPUT", "EXPORT", "EXPORT_FILE", "REQUEUE", "NO_REQUEUE",
        "OPEN_MODE", "WAIT", "GET_USER_ENV", "IGNORE_PBS", "TEST_ONLY",
    ]

    /// For surroundings that nobody here knows.
    static let everyDecision = Dictionary(
        uniqueKeysWithValues: (decided + optional).map { ("SBATCH_" + $0, "") }
    )
    private static let optional = [
        "PARTITION", "ACCOUNT", "QOS", "TIMELIMIT", "MEM_PER_CPU", "MEM_PER_NODE", "MEM_PER_GPU", "GRES", "GPUS",
        "GPUS_PER_NODE", "GPUS_PER_TASK",
    ]

    static func changes(
        _ variables: [String: String],
        _ settings: SlurmSettings,
        _ batch: SlurmBatch,
        secrets: [String]
    ) -> [String: String?] {
        var taken = decided
        if settings.partition != nil { taken.append("PARTITION") }
        if settings.account != nil { taken.append("ACCOUNT") }
        if settings.qos != nil { taken.append("QOS") }
        if batch.resources.time != nil { taken.append("TIMELIMIT") }
        if batch.resources.memory != nil { taken += ["MEM_PER_CPU", "MEM_PER_NODE", "MEM_PER_GPU"] }
        if batch.resources.gpus != nil { taken += ["GRES", "GPUS", "GPUS_PER_NODE", "GPUS_PER_TASK"] }
        let names = Set(taken.map { "SBATCH_" + $0 })
        var changes: [String: String?] = [:]
        for (name, value) in variables {
            let isOurs = name.hasPrefix("REPRISE_") || name.hasPrefix("SLURM_") && name != "SLURM_CONF"
            let changesContainers = batch.hasContainers && ApptainerArguments.changesContainers(name)
            if isOurs || changesContainers || names.contains(name) || secrets.contains(where: { tells(value, $0) }) {
                changes.updateValue(nil, forKey: name)
            }
        }
        return changes
    }

    /// Whether the value of a variable gives a secret away. A secret of a few letters is in every second value.
    private static func tells(_ value: String, _ secret: String) -> Bool {
        secret.count >= 4 && value == secret || secret.count >= 8 && value.contains(secret)
    }
}
