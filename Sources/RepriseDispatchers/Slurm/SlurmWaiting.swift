/// Why a job waits in Slurm's queue, in words.
enum SlurmWaiting {
    /// nil for a job that does not wait, or of which Slurm does not say why.
    static func words(_ row: SlurmRow) -> String? {
        guard row.state == .pending, row.reason != "None", !row.reason.isEmpty else { return nil }
        // `ReqNodeNotAvail, UnavailableNodes:n1`
        let word = String(row.reason.prefix { $0 != "," && $0 != " " && $0 != "(" })
        return (known[word] ?? limits(word) ?? "waits in Slurm's queue") + " (\(row.reason))"
    }

    /// Why Slurm took a job out of its queue that nobody cancelled, from the reason that it left; nil where that is but why the
    /// job waited.
    static func ownCancelling(_ reason: String) -> String? {
        switch reason.prefix(while: { $0 != "," && $0 != " " && $0 != "(" }) {
        case "DependencyNeverSatisfied": "what it depends on did not succeed"
        case "InvalidAccount": "its account is gone"
        case "InvalidQOS": "its quality of service is gone"
        case "ReservationDeleted": "its reservation is gone"
        case "JobLaunchFailure", "launch_failed_requeued_held": "its node could not begin it"
        case "NodeDown": "its node went down"
        case "PartitionDown", "PartitionInactive": "its partition was taken down"
        default: nil
        }
    }

    private static let known = [
        "Resources": "waits for free nodes",
        "Priority": "waits behind other jobs",
        "JobArrayTaskLimit": "waits for one of the target's slots",
        "Dependency": "waits for another job",
        "BeginTime": "waits for its time to begin",
        "Licenses": "waits for licences",
        "Reservation": "waits for its reservation",
        "ReqNodeNotAvail": "waits for nodes that are not available now",
        "NodeDown": "waits for a node that is down",
        "PartitionDown": "waits for its partition, which is down",
        "PartitionInactive": "waits for its partition, which is inactive",
        "PartitionTimeLimit": "asks for more time than its partition gives",
        "PartitionNodeLimit": "asks for more nodes than its partition gives",
        "PartitionConfig": "asks for more than its partition gives",
        "BadConstraints": "asks for what no node has",
        "InvalidAccount": "names an account that this user may not use",
        "InvalidQOS": "names a quality of service that this user may not use",
        "JobHeldUser": "is held by its user: `scontrol release` lets it go",
        "JobHeldAdmin": "is held by those who run the cluster",
        "FrontEndDown": "waits for a node that is down",
        "Cleaning": "waits for its former execution to be cleared away",
    ]

    /// `AssocGrpCpuLimit`, `QOSMaxJobsPerUserLimit` and their many relatives.
    private static func limits(_ word: String) -> String? {
        let isLimit = word.hasPrefix("Assoc") || word.hasPrefix("QOS") || word.hasPrefix("Max")
        return isLimit ? "waits for a limit of the account or the quality of service" : nil
    }
}
