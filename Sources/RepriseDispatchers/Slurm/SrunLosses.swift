import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Jobs whose `srun` ended before they began because a controller was killed that had not written down their allocation.
extension Srun {
    /// Holds for which start of a controller a job was begun again; it is, once for each.
    private static let again = "srun.again"
    /// How far the clocks of this machine and of the controller's may be apart, in seconds.
    private static let skew: Int64 = 60

    /// Those of them that were begun again. The others were refused, or ended by somebody.
    ///
    /// Should the former `srun` have begun one all the same, one of the two claims it, and the other executes nothing.
    func beginAgain(_ jobs: [Job]) async -> Set<JobKey> {
        // Whatever fails here is tried again with the next look.
        guard let lock = try? await FileLock.held(folder + "/submit.lock"), let start = try? await commands.start()
        else {
            return Set(jobs.map(\.key))
        }
        let forgotten = jobs.filter { isForgotten($0, by: start) }
        for job in forgotten {
            let srun = SrunFiles(job, files)
            // What is left of it in the queue is nobody's.
            if allocation == nil {
                try? await commands.cancel(SrunArguments.cancel(named: Self.handle(of: job).description))
            }
            // The note of the beginning goes last: as long as it is there, nobody begins the job.
            try? files.write("\(start)\n", to: "\(job.folder)/\(Self.again)")
            srun.forget()
        }
        var groups: [[String: String]: [Job]] = [:]
        for job in forgotten { groups[job.secrets, default: []].append(job) }
        for (secrets, jobs) in groups { _ = await begin(jobs, secrets) }
        withExtendedLifetime(lock) {}
        return Set(forgotten.map(\.key))
    }

    /// Ends every `srun` among them that waits for the answer of a controller that is gone. What then becomes of its job the next look
    /// decides.
    ///
    /// By force, for else it would cancel its allocation, whose number may be another's by now.
    func endForgotten(_ jobs: [Job]) async {
        guard let start = try? await commands.start() else { return }
        for job in jobs
        where jobFiles.claim(of: job) == nil && wasBegun(job, before: start) && formerStart(job) != start {
            await signal("KILL", job)
        }
    }

    private func isForgotten(_ job: Job, by start: Int64) -> Bool {
        let srun = SrunFiles(job, files)
        guard jobFiles.claim(of: job) == nil, srun.mayBeForgotten else { return false }
        // The half that went by way of Slurm is gone with it.
        let hasHalf = (try? files.exists("\(job.folder)/\(SlurmSecrets.file)")) == true
        guard !job.secrets.isEmpty || !hasHalf else { return false }
        let former = formerStart(job)
        // Whoever began it again may have been killed before it had.
        guard srun.isBegun else { return former != nil }
        return former != start && wasBegun(job, before: start)
    }

    /// The start of the controller for which the job was begun again; nil where it was not.
    private func formerStart(_ job: Job) -> Int64? {
        (try? files.text("\(job.folder)/\(Self.again)")).flatMap { Int64($0.filter { !$0.isWhitespace }) }
    }

    private func wasBegun(_ job: Job, before start: Int64) -> Bool {
        guard let note = try? files.status("\(job.folder)/\(SrunScript.begun)") else { return false }
        return note.modified / 1_000_000_000 <= start + Self.skew
    }
}
