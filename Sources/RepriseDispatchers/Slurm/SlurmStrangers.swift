import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Jobs that another user of the same store has handed over: whose they are Slurm tells, and lets end them, only that user.
extension SlurmJobFiles {
    /// The number of that user; nil for a job of ours.
    func stranger(_ submission: Submission?) -> Int? {
        guard let other = submission?.user, other != user else { return nil }
        return other
    }

    /// Nobody but that user can tell whether it was submitted.
    func refuseStrangers(among doubts: [JobSubmissions<SlurmJobFiles>.Doubt]) throws {
        for (job, submission) in doubts {
            guard let other = stranger(submission), claim(of: job) == nil else { continue }
            throw Mistake(
                "cannot tell whether `\(job.key)` was submitted",
                why: "the user with the number \(other) was about to, and Slurm shows everybody their own jobs",
                fix: "let that user run `reprise attach` in this store first",
                code: "slurm-stranger",
                fault: .world
            )
        }
    }

    func refuseToEnd(_ job: Job) throws {
        guard user != 0, let other = stranger(submission(of: job)) else { return }
        throw Mistake(
            "cannot end `\(job.key)`, which the user with the number \(other) has handed over",
            fix: "let that user run `reprise stop \(job.key.run.short)`",
            code: "slurm-stranger"
        )
    }
}

extension SlurmWatch {
    /// By what the job itself writes down alone.
    func judgeStranger(_ job: Job, of user: Int, _ asLooks: JobStatus) -> JobStatus {
        if let record = jobFiles.record(of: job) { return .ended(record, reason: jobFiles.limit(of: job)) }
        guard case .submitted = asLooks else { return asLooks }
        return .waiting(reason: "handed over by the user with the number \(user), who alone can ask Slurm for it")
    }
}
