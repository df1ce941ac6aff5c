import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Takes over what jobs have sent.
extension BatchWatch {
    /// What one job has sent and cannot be taken is no reason not to take what others have. Returns the first trouble.
    func take(
        _ inboxes: [String: BatchInbox],
        of jobs: [Job],
        at moment: ContinuousClock.Instant
    ) async -> (any Error)? {
        var trouble: (any Error)?
        var budget = 64
        for job in jobs { see(inboxes, of: job) }
        for job in jobs {
            if let setback = known[job.key]?.setback, setback.again > clock.now {
                trouble = trouble ?? setback.error
                continue
            }
            do {
                if let seen = known[job.key], seen.submission != nil { try await take(seen.inbox, job, &budget) }
                known[job.key]?.listed = moment
                known[job.key]?.setback = nil
            } catch {
                let times = (known[job.key]?.setback?.times ?? 0) + 1
                let pause = min(.seconds(60), listPace.interval * (1 << min(times, 6)))
                known[job.key]?.setback = (error, times, clock.now + pause)
                // Nobody waits once for each job for a service that does not answer.
                if trouble != nil, AWSAway.passing(error) is AWSAway { break }
                trouble = trouble ?? error
            }
        }
        return trouble
    }

    private func see(_ inboxes: [String: BatchInbox], of job: Job) {
        guard let submission = known[job.key]?.submission else { return }
        let inbox = inboxes["\(submission.name)/\(submission.number)"] ?? BatchInbox()
        known[job.key]?.inbox = inbox
        if let claim = inbox.claim, known[job.key]?.claim == nil { known[job.key]?.claim = claim }
    }

    private func take(_ inbox: BatchInbox, _ job: Job, _ budget: inout Int) async throws {
        if let key = inbox.trouble, known[job.key]?.trouble == nil {
            known[job.key]?.trouble = await fetching.words(key)
            expectNews(for: .seconds(20))
        }
        if let key = inbox.leavings {
            do {
                try await fetching.take(leavings: key, of: job, run: job.parcel?.runFolder ?? runFolder(of: job))
            } catch let error as TarDamage {
                known[job.key]?.damages += 1
                if known[job.key]?.damages ?? 0 < 3 { throw error }
            }
            return
        }
        let part = Array(fetching.inOrder(inbox.pieces, of: job).prefix(budget))
        guard !part.isEmpty else { return }
        budget -= part.count
        try await fetching.take(part, of: job)
    }

    private func runFolder(of job: Job) -> String {
        let below = job.key.folder
        return below.isEmpty ? job.folder : String(job.folder.dropLast(below.count + 1))
    }
}
