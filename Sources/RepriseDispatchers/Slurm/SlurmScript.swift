import RepriseModel
import RepriseSystem

/// The text that `sbatch` takes. Pure: equal jobs make an equal text, which a dry run prints and a person can submit.
enum SlurmScript {
    static func text(_ batch: SlurmBatch, _ settings: SlurmSettings) -> String {
        let time = batch.resources.time
        var parts = [
            "#!/bin/sh\n" + options(batch, settings).map { "#SBATCH \($0)" }.joined(separator: "\n"), task(batch),
        ]
        if batch.hasNeeds { parts.append(SlurmNeeds.check) }
        parts.append(SlurmScriptParts.claim(log: batch.hasContainers ? JobFolders.engineLog : nil))
        parts += preparation(batch, settings)
        parts.append(SlurmExecution(limit: time, signal: settings.signal, isContainer: batch.hasContainers).text)
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// What comes before the job itself.
    static func preparation(_ batch: SlurmBatch, _ settings: SlurmSettings) -> [String] {
        var parts: [String] = []
        if !settings.modules.isEmpty { parts.append(SlurmScriptParts.modules(settings.modules)) }
        if !settings.prologue.isEmpty { parts.append(settings.prologue.joined(separator: "\n")) }
        if batch.hasSecrets { parts.append(SlurmScriptParts.secrets) }
        return parts + ["export REPRISE_JOB"]
    }

    static func options(_ batch: SlurmBatch, _ settings: SlurmSettings) -> [String] {
        let resources = batch.resources
        let output = batch.isArray ? pattern(batch.folder) + "/%a.log" : pattern(batch.folder) + "/slurm.log"
        var options = ["--job-name=\(batch.name)"]
        if batch.isArray {
            let limit = (batch.slots ?? settings.slots).map { "%\($0)" } ?? ""
            options.append("--array=\(batch.range)\(limit)")
        }
        options += [
            settings.partition.map { "--partition=" + word($0) },
            settings.account.map { "--account=" + word($0) },
            settings.qos.map { "--qos=" + word($0) },
        ]
        .compactMap { $0 }
        options += ["--nodes=1", "--ntasks=1", "--cpus-per-task=\(max(1, resources.cpus ?? 1))"]
        if let memory = resources.memory { options.append("--mem=\((memory + 1_048_575) >> 20)M") }
        if let time = resources.time { options.append("--time=\(minutes(time))") }
        if let gpus = resources.gpus, gpus > 0 { options.append("--gres=gpu:\(gpus)") }
        if !settings.nodes.isEmpty { options.append("--nodelist=" + word(settings.nodes.joined(separator: ","))) }
        if !settings.excluded.isEmpty {
            options.append("--exclude=" + word(settings.excluded.joined(separator: ",")))
        }
        if let signal = settings.signal { options.append("--signal=B:\(signal.name)@\(signal.seconds)") }
        if let dependency = batch.dependency {
            options += ["--dependency=" + dependency, "--kill-on-invalid-dep=yes"]
        }
        options += ["--no-requeue", "--chdir=/", "--open-mode=append", "--output=" + word(output)]
        return options + settings.options.map(word)
    }

    /// Slurm counts in minutes; no less than asked for.
    static func minutes(_ milliseconds: Int64) -> Int64 { max(1, (milliseconds + 59_999) / 60_000) }

    /// Which job the task is.
    static func task(_ batch: SlurmBatch) -> String {
        func setting(_ entry: SlurmBatch.Entry) -> String {
            "REPRISE_JOB=\(shellQuoted(entry.key)) folder=\(shellQuoted(entry.folder))"
        }
        guard batch.isArray else { return setting(batch.entries[0]) }
        if let place = sharedFolder(of: batch.entries) {
            // Every task gets the whole text.
            let cases = batch.entries.enumerated()
                .map { "\(batch.number(at: $0.offset))) REPRISE_JOB=\(shellQuoted($0.element.key)) ;;\n" }
            return "case $SLURM_ARRAY_TASK_ID in\n\(cases.joined())esac\nfolder=\(shellQuoted(place))/$REPRISE_JOB"
        }
        let cases = batch.entries.enumerated()
            .map { "\(batch.number(at: $0.offset))) \(setting($0.element)) ;;\n" }
        return "case $SLURM_ARRAY_TASK_ID in\n\(cases.joined())esac"
    }

    /// Where the folders of all jobs lie under the jobs' own names; nil where they do not.
    private static func sharedFolder(of entries: [SlurmBatch.Entry]) -> String? {
        guard let first = entries.first, first.folder.hasSuffix("/" + first.key) else { return nil }
        let place = String(first.folder.dropLast(first.key.count + 1))
        return entries.allSatisfy { $0.folder == "\(place)/\($0.key)" } ? place : nil
    }

    /// A path in which nothing is a pattern of Slurm's.
    private static func pattern(_ path: String) -> String {
        path.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
    }

    /// A value as a line of options takes it, which is not quite as a shell does.
    private static func word(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            !scalar.properties.isWhitespace && !"\"'\\#".unicodeScalars.contains(scalar)
        }
        if isPlain { return text }
        let escaped = text.map { "\"\\".contains($0) ? "\\\($0)" : String($0) }.joined()
        return "\"\(escaped)\""
    }
}
