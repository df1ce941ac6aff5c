import RepriseDispatch
import RepriseModel
import RepriseSystem

/// What is cleared away in the cluster when jobs have ended.
extension KubernetesWatch {
    /// How many things one request takes away.
    private static let most = 200

    /// Forgets what has ended, and clears away what the cluster has of it.
    func tidy(_ jobs: [Job: JobHandle], _ statuses: [JobKey: JobStatus]) async {
        var things: [String] = []
        var bare: [String] = []
        var owners: [String] = []
        // What keeps its files occupies a node; of others many go at once.
        var isPressing = carries
        for (job, handle) in jobs {
            guard let status = statuses[job.key], let seen = known[job.key] else { continue }
            let hasSecrets = !job.secrets.isEmpty && seen.hasSecrets
            guard status.isEnd else {
                // Its container has them.
                if case .running = status, hasSecrets, pace.isAnswered(since: seen.claimSeen) {
                    bare.append(handle.description)
                    known[job.key]?.hasSecrets = false
                }
                continue
            }
            note(status, of: job)
            // It may still be executed.
            if case .ended = status {} else { isPressing = true }
            if let submission = seen.submission {
                things.append("job/" + handle.description)
                if !submission.isOwned, hasSecrets || carries { owners.append(handle.description) }
            }
            known[job.key] = nil
            await carrier.forget(job.key)
        }
        let areOver = statuses.count == jobs.count && statuses.values.allSatisfy(\.isEnd)
        waste += things
        if isPressing || areOver || clock.now - lastWaste >= .seconds(2) {
            lastWaste = clock.now
            (things, waste) = (waste, [])
            await delete(things)
        }
        try? await commands.deleteBelongings(of: bare, kinds: "secrets")
        try? await commands.deleteBelongings(of: owners)
    }

    /// What stays is cleared away by the cluster itself, later.
    private func delete(_ things: [String]) async {
        for start in stride(from: 0, to: things.count, by: Self.most) {
            do { try await commands.delete(Array(things[start..<min(start + Self.most, things.count)])) } catch {
                return
            }
        }
    }

    /// An end that the job's own record does not tell, for whoever asks when the cluster has forgotten it.
    private func note(_ status: JobStatus, of job: Job) {
        if case .ended(let record, _) = status, record.isSuccess { return }
        try? jobFiles.write(status, of: job)
    }
}
