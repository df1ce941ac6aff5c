import RepriseDispatch
import RepriseModel
import RepriseSystem

/// What remains to be done about jobs that cannot begin and those that have ended.
extension SlurmWatch {
    /// Takes jobs that can never begin out of the queue, and those that Slurm would start anew for nothing.
    func cancelHopeless() async throws {
        let hopeless = known.filter { $0.value.verdict != nil && !$0.value.isCancelled }
        let ids = hopeless.compactMap { $0.value.submission?.handle?.description }
        guard !ids.isEmpty else { return }
        try await commands.cancel(SlurmArguments.cancel(ids))
        for key in hopeless.keys { known[key]?.isCancelled = true }
        expectNews(for: .seconds(10))
    }

    /// Forgets what has ended, and clears away what it left of its way through Slurm.
    func tidy(_ jobs: [Job: JobHandle], _ statuses: [JobKey: JobStatus]) {
        var folders: Set<String> = []
        for job in jobs.keys {
            guard let status = statuses[job.key], let submission = known[job.key]?.submission else { continue }
            switch status {
            case .submitted, .waiting, .running: continue
            case .ended(let record, _) where record.isSuccess: break
            case .returned: try? jobFiles.noteReturn(of: job, submission)
            case .ended, .preempted, .lost:
                if submission.index != nil { try? files.rename(submission.log, to: job.folder + "/slurm.log") }
            }
            place?.noteEnd(of: job)
            jobFiles.removeSecrets(of: job)
            jobFiles.removeScratch(of: job)
            known[job.key] = nil
            jobFiles.noteEnd(of: submission)
            if submission.index != nil { folders.insert(submission.folder) }
        }
        for folder in folders where jobFiles.isOver(folder) {
            try? files.remove(folder)
            place?.noteEnd(ofBatch: lastName(of: folder))
        }
    }
}
