import RepriseModel

/// What was seen of a job so far.
struct SlurmSeen {
    var since: ContinuousClock.Instant
    var submission: SlurmJobFiles.Submission?
    var claim: SlurmJobFiles.Claim?
    var claimSeen: ContinuousClock.Instant?
    var start: Timestamp?
    /// Since when only one of the job and Slurm says that it has ended.
    var doubtSince: ContinuousClock.Instant?
    /// The answer that first called the job hopeless; all must for a while, for Slurm says so of jobs that it has not
    /// looked at yet.
    var hopelessSince: ContinuousClock.Instant?
    var verdict: String?
    var isCancelled = false
    /// Since when Slurm does not know it, though it has not ended as far as its files tell.
    var forgottenSince: ContinuousClock.Instant?
    var isGivenUp = false
    /// What it left elsewhere is here, whether or not it wrote down its end.
    var isHome = false
}
