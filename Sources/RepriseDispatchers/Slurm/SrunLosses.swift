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

    private func isForgotten(_ job: Job, by start: Int64) -> Bool {
        let srun = SrunFiles(job, files)
        guard jobFiles.claim(of: job) == nil, srun.mayBeForgotten else { return false }
        // The half that went by way of Slurm is gone with it.
        let hasHalf = (try? files.exists("\(job.folder)/\(SlurmSecrets.file)")) == true
        guard !job.secrets.isEmpty || !hasHalf else { return false }
        let former = (try? files.text("\(job.folder)/\(Self.again)")).flatMap { Int64($0.filter { !$0.isWhitespace }) }
        // Whoever began it again may have been killed before it had.
        guard srun.isBegun else { return former != nil }
        guard former != start, let note = try? files.status("\(job.folder)/\(SrunScript.begun)") else { return false }
        return note.modified / 1_000_000_000 <= start + Self.skew
    }
}
