import RepriseModel

/// The words behind `srun`. Pure.
enum SrunArguments {
    /// In an allocation of its own, which Slurm makes for the job and which ends with it.
    static func alone(_ batch: SlurmBatch, _ settings: SlurmSettings) -> [String] {
        let resources = batch.resources
        var words = common(batch)
        words += [
            settings.partition.map { "--partition=" + $0 }, settings.account.map { "--account=" + $0 },
            settings.qos.map { "--qos=" + $0 },
        ]
        .compactMap(\.self)
        if let memory = resources.memory { words.append("--mem=\(mebibytes(memory))M") }
        if let time = resources.time { words.append("--time=\(SlurmScript.minutes(time))") }
        if let gpus = resources.gpus, gpus > 0 { words.append("--gres=gpu:\(gpus)") }
        if !settings.nodes.isEmpty { words.append("--nodelist=" + settings.nodes.joined(separator: ",")) }
        if !settings.excluded.isEmpty { words.append("--exclude=" + settings.excluded.joined(separator: ",")) }
        return words + settings.options
    }

    /// As a step of an allocation, which takes from it what it asks for and nothing else, so that several fit side by side.
    static func step(_ batch: SlurmBatch, of allocation: String) -> [String] {
        let resources = batch.resources
        // Without these two a step takes all memory and all devices that the allocation has on its node.
        let memory = resources.memory.map { "\(mebibytes($0))M" } ?? "0"
        let devices = resources.gpus.flatMap { $0 > 0 ? "gpu:\($0)" : nil } ?? "none"
        return ["--jobid=" + allocation, "--exact"] + common(batch) + ["--mem=" + memory, "--gres=" + devices]
    }

    private static func common(_ batch: SlurmBatch) -> [String] {
        [
            "--job-name=" + batch.name, "--nodes=1", "--ntasks=1",
            "--cpus-per-task=\(max(1, batch.resources.cpus ?? 1))", "--chdir=/", "--input=none",
        ]
    }

    private static func mebibytes(_ bytes: Int64) -> Int64 { (bytes + 1_048_575) >> 20 }

    /// Those of `ids` that still execute are printed.
    static let steps = ["--me", "--noheader", "--steps", "--format=%i"]

    static func terminate(_ step: String) -> [String] { ["--quiet", "--signal=TERM", step] }

    static func kill(_ step: String) -> [String] { ["--quiet", "--signal=KILL", step] }

    static func cancel(numbers: [String]) -> [String] { ["--quiet"] + numbers }

    /// Every job of that name, which is one.
    static func cancel(named name: String) -> [String] { ["--quiet", "--me", "--name=" + name] }
}
