import RepriseDispatch
import RepriseModel
import RepriseSystem

/// From what was seen of jobs to where they stand.
extension BatchWatch {
    func judge(_ job: Job, _ handle: JobHandle) async throws -> JobStatus {
        if let status = ended(job) { return status }
        guard let seen = known[job.key] else { return .submitted }
        let asLooks: JobStatus = seen.claim == nil ? BatchEnd.waiting(seen.row) : .running(since: seen.claim)
        guard seen.asked != nil else { return asLooks }
        // What was never about to be submitted need not be waited for.
        if seen.row == nil, seen.submission == nil { return BatchEnd.forgotten(BatchEvidence(job: job)) }
        if let row = seen.row, let reason = BatchEnd.hopelessness(row), seen.verdict == nil {
            // Once for each answer.
            if let refusal = seen.refusal, refusal.asked == seen.asked { throw refusal.error }
            do { try await commands.terminate(handle.description, reason: reason) } catch {
                known[job.key]?.refusal = (error, seen.asked)
                throw error
            }
            known[job.key]?.verdict = reason
            return asLooks
        }
        // What it handed back may have come after the last look.
        guard let over = seen.overSince, let listed = seen.listed, listed > over || seen.damages >= 3 else {
            return asLooks
        }
        if let stream = seen.row?.log, seen.lastWords == nil, seen.trouble == nil {
            let lines = await commands.log(stream).filter { $0.contains { !$0.isWhitespace } }
            known[job.key]?.lastWords =
                lines.last { $0.hasPrefix("reprise: ") }.map { String($0.dropFirst(9)) } ?? lines.last
        }
        let evidence = BatchEvidence(
            job: job,
            start: seen.claim,
            trouble: seen.trouble,
            lastWords: known[job.key]?.lastWords,
            isCancelled: seen.isCancelled || seen.row?.reason.hasPrefix(BatchStopping.reason) == true,
            verdict: seen.verdict
        )
        guard let row = seen.row else { return BatchEnd.forgotten(evidence) }
        return BatchEnd.status(row, evidence, now: wallClock.now())
    }

    /// Forgets what has ended, and clears the bucket of it. Whoever is killed at it leaves it to the next.
    func tidy(_ jobs: [Job: JobHandle], _ statuses: [JobKey: JobStatus]) async {
        var over: [BatchStaging.Remains] = []
        for job in jobs.keys {
            switch statuses[job.key] {
            case .ended, .preempted, .lost, .returned: break
            case .submitted, .waiting, .running, nil: continue
            }
            guard let seen = known.removeValue(forKey: job.key), let submission = seen.submission,
                (try? files.status(jobFiles.folder(of: submission.name))) != .some(nil)
            else { continue }
            if jobFiles.hasEnded(submission) {
                over.append(.init(submission: submission, keys: nil))
                continue
            }
            var keys = seen.inbox.keys
            if keys.isEmpty, let head = try? await staging.store.output(submission.name) {
                keys = ((try? await staging.store.list(prefix: "\(head)/\(submission.number)/")) ?? []).map(\.key)
            }
            over.append(.init(submission: submission, keys: keys))
        }
        if !over.isEmpty { await staging.clear(over) }
    }
}
