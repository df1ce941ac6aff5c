import RepriseModel

/// What Slurm refuses, in words for a person. `words` are its own.
package enum SlurmError: RepriseError, Hashable {
    case missing(program: String)
    case noPartition(String?, words: String)
    case noAccount(String?, words: String)
    case noQos(String?, words: String)
    case notPermitted(words: String)
    case impossible(words: String)
    case noNodes(words: String)
    case badOption(words: String)
    case limit(words: String)
    /// One job asks for more than its account or quality of service lets a job have.
    case excessive(String, words: String)
    case controllerDown(words: String)
    case other(command: String, status: Int, words: String)
}

extension SlurmError {
    /// What the refusal of a submission means.
    static func refusal(_ words: String, status: Int, _ settings: SlurmSettings) -> SlurmError {
        func says(_ parts: String...) -> Bool { parts.contains { words.contains($0) } }
        if says(
            "Unable to contact slurm controller",
            "Socket timed out",
            "Connection refused",
            "try again later",
            "Zero Bytes were transmitted",
            "slurm_persist_conn",
            "Could not establish a configuration source"
        ) {
            return .controllerDown(words: words)
        }
        if says("invalid partition", "Invalid partition name") { return .noPartition(settings.partition, words: words) }
        if says("Invalid qos") { return .noQos(settings.qos, words: words) }
        if says("Invalid account") { return .noAccount(settings.account, words: words) }
        if says("not permitted to use this partition", "Access/permission denied", "User not allowed") {
            return .notPermitted(words: words)
        }
        if let limit = SlurmLimits.named(in: words), let excess = SlurmLimits.hopelessness(limit, settings) {
            return .excessive(excess, words: words)
        }
        if says("violates accounting/QOS policy", "AssocMaxSubmitJobLimit", "QOSMaxSubmitJob", "job limit", "too many")
        {
            return .limit(words: words)
        }
        if says(
            "node configuration is not available",
            "Invalid generic resource",
            "Invalid node name",
            "can not be satisfied",
            "time limit is invalid",
            "Invalid time limit",
            "Invalid feature"
        ) {
            return .impossible(words: words)
        }
        if says("unrecognized option", "invalid option", "Invalid --", "ambiguous", "Invalid job array") {
            return .badOption(words: words)
        }
        return .other(command: "sbatch", status: status, words: words)
    }

    package var what: String {
        switch self {
        case .missing(let program): "cannot find `\(program)` on this machine"
        case .noPartition(let name?, _): "Slurm has no partition `\(name)`"
        case .noPartition(nil, _): "Slurm takes no job without a partition here"
        case .noAccount(let name?, _): "this user may not use the account `\(name)`, with this partition"
        case .noAccount(nil, _): "Slurm takes no job without an account here"
        case .noQos(let name?, _): "this user may not use the quality of service `\(name)`"
        case .noQos(nil, _): "Slurm takes no job without a quality of service here"
        case .notPermitted: "Slurm does not let this user submit there"
        case .impossible: "no node of the cluster has what the job asks for"
        case .noNodes: "no node of the partition takes jobs now"
        case .badOption: "`sbatch` does not take an option"
        case .excessive(let excess, _): "the job " + excess
        case .limit: "Slurm takes no more jobs of this user now"
        case .controllerDown: "Slurm's controller does not answer"
        case .other(let command, let status, _): "`\(command)` ended with status \(status)"
        }
    }

    package var why: String? {
        switch self {
        case .missing: nil
        case .noPartition(_, let words), .noAccount(_, let words), .noQos(_, let words), .notPermitted(let words),
            .impossible(let words), .noNodes(let words), .badOption(let words), .limit(let words),
            .excessive(_, let words), .controllerDown(let words),
            .other(_, _, let words):
            words.isEmpty ? nil : words
        }
    }

    package var fix: String? {
        switch self {
        case .missing: "run this on a login node of the cluster, or put the folder with Slurm's commands into PATH"
        case .noPartition: "`sinfo -s` lists partitions; the target's `partition` names one"
        case .noAccount: "`sacctmgr show associations user=$USER` lists accounts; the target's `account` names one"
        case .noQos:
            "`sacctmgr show associations user=$USER format=account,qos` lists them; the target's `qos` names one"
        case .notPermitted: "name another `partition`, or ask those who run the cluster"
        case .impossible:
            "ask for less in the experiment's `resources`; `sinfo -o '%P %c %m %G %l'` lists what nodes have"
        case .noNodes: "wait, or name another `partition`; `sinfo -R` tells since when and why"
        case .badOption: "correct the target's `options`; `man sbatch` describes them"
        case .excessive:
            "change the experiment's `resources`, or name another `qos`; `sacctmgr show qos format=name,maxwall,maxtres` lists limits"
        case .limit: "the runs stay queued; run the command again when others have ended, or set the target's `slots`"
        case .controllerDown: "jobs that run go on; `scontrol ping` tells when it answers again"
        case .other: nil
        }
    }

    package var code: String {
        switch self {
        case .missing: "slurm-missing"
        case .noPartition: "slurm-no-partition"
        case .noAccount: "slurm-no-account"
        case .noQos: "slurm-no-qos"
        case .notPermitted: "slurm-not-permitted"
        case .impossible: "slurm-impossible"
        case .noNodes: "slurm-no-nodes"
        case .badOption: "slurm-bad-option"
        case .excessive: "slurm-excessive"
        case .limit: "slurm-limit"
        case .controllerDown: "slurm-down"
        case .other: "slurm-error"
        }
    }

    package var fault: Fault {
        switch self {
        case .missing, .noPartition, .noAccount, .noQos, .notPermitted, .impossible, .badOption, .excessive: .usage
        case .noNodes, .limit, .controllerDown, .other: .world
        }
    }
}
