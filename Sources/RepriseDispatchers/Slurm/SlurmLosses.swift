import RepriseDispatch
import RepriseModel
import RepriseSystem

/// What a controller forgot that was killed before it had written down what it had been given.
extension Slurm {
    /// How far the clocks of this machine and of the controller's may be apart.
    private static let skew: Int64 = 60

    /// Submits jobs again that have not begun and that a controller does not know that was started after they had been
    /// submitted. Others were taken away by somebody, and are lost.
    ///
    /// Should the forgotten job begin all the same, one of the two claims it, and the other executes nothing.
    func submitAgain(_ jobs: [Job]) async {
        // Whatever fails here is tried again with the next look.
        guard let lock = try? await FileLock.held(folder + "/submit.lock") else { return }
        guard let start = try? await commands.start() else { return }
        let forgotten = jobs.filter { isForgotten($0, by: start) }
        await watch.giveUp(Set(jobs.map(\.key)).subtracting(forgotten.map(\.key)))
        guard let batches = try? await batches(of: forgotten) else { return }
        let former = forgotten.compactMap(jobFiles.submission)
        for (batch, jobs) in batches { _ = await submitWhatFits(batch, jobs) }
        await watch.renew(Set(forgotten.map(\.key)))
        former.forEach(clear)
        withExtendedLifetime(lock) {}
    }

    private func isForgotten(_ job: Job, by start: Int64) -> Bool {
        guard jobFiles.claim(of: job) == nil, jobFiles.start(of: job) == nil,
            let note = try? files.status(job.folder + "/" + SlurmJobFiles.submission)
        else { return false }
        // The half that went by way of Slurm is gone with it.
        let lacksSecrets = job.secrets.isEmpty && (try? files.exists(job.folder + "/" + SlurmSecrets.file)) == true
        return !lacksSecrets && note.modified / 1_000_000_000 <= start + Self.skew
    }

    private func clear(_ submission: SlurmJobFiles.Submission) {
        jobFiles.noteEnd(of: submission)
        guard submission.index != nil, jobFiles.isOver(submission.folder) else { return }
        try? files.remove(submission.folder)
        place?.noteEnd(ofBatch: lastName(of: submission.folder))
    }
}

extension SlurmWatch {
    /// Jobs that may be submitted again, each told once.
    func takeVanished() -> Set<JobKey> {
        defer { vanished = [] }
        return vanished
    }

    /// Calls these lost from now on.
    func giveUp(_ keys: Set<JobKey>) { for key in keys { known[key]?.isGivenUp = true } }

    /// Reads anew as what these were submitted.
    func renew(_ keys: Set<JobKey>) { for key in keys { known[key] = nil } }
}
