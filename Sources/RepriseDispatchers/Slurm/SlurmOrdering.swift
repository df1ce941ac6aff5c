import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Jobs that Slurm lets wait for others.
extension Slurm {
    /// Where files travel, a step finds what the one before left only when that has come home.
    package var ordersJobs: Bool {
        place == nil && settings.ordersJobs
    }

    /// All or none: what does not fit waits for the supervisor, which is told by an error.
    func submitInOrder(_ batch: SlurmBatch, _ jobs: [Job]) async -> [JobKey: Result<JobHandle, any Error>] {
        guard batch.isWelcome else {
            let error = SlurmError.other(command: "sbatch", status: 0, words: "these jobs are not submitted in advance")
            return Dictionary(uniqueKeysWithValues: jobs.map { ($0.key, .failure(error)) })
        }
        return await submit(batch, jobs)
    }

    package func takeBack(_ jobs: [Job: JobHandle]) async throws {
        var ids: [String] = []
        for (job, handle) in jobs {
            guard let submission = jobFiles.submission(of: job), jobFiles.claim(of: job) == nil else { continue }
            // Before Slurm is asked: whoever finds it cancelled must know that nobody meant the job.
            try jobFiles.noteReturn(of: job, submission)
            ids.append(submission.handle?.description ?? handle.description)
        }
        await watch.expectNews(for: .seconds(10))
        ids.sort()
        for start in stride(from: 0, to: ids.count, by: 500) {
            try await commands.cancel(SlurmArguments.cancelPending(Array(ids[start..<min(start + 500, ids.count)])))
        }
    }
}

extension SlurmSettings {
    /// Two `--dependency` do not add up.
    var ordersJobs: Bool { !options.contains { $0.hasPrefix("--dependency") || $0.hasPrefix("-d") } }
}
