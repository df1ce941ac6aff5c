import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Where each job stands, from what it wrote and what Slurm says, with patience where the two differ.
extension SlurmWatch {
    /// How long a job must have waited before its reason is told: most of those that begin soon have one for a moment.
    private static let tolerance = Duration.seconds(8)

    /// How long Slurm must call a job hopeless, so that a busy controller has looked at it.
    private static let judgement = Duration.seconds(15)

    func judge(_ job: Job, _ handle: JobHandle, _ forgotten: SlurmAccounts.Answer) -> JobStatus {
        guard let seen = known[job.key] else { return .submitted }
        let id = id(job, handle)
        let asLooks: JobStatus = seen.claim == nil ? .submitted : .running(since: seen.start)
        if let user = jobFiles.stranger(seen.submission) { return judgeStranger(job, of: user, asLooks) }
        // An answer that is older than the claim does not know of it.
        guard isAnswered(since: seen.claimSeen ?? seen.since) else { return asLooks }
        guard let row = rows[id] ?? forgotten.rows[id] else {
            guard !forgotten.open.contains(id) else { return asLooks }
            return isAnswered(since: seen.since) ? judgeForgotten(job, asLooks) : asLooks
        }
        known[job.key]?.forgottenSince = nil
        weigh(row, job.key)
        let evidence = evidence(job, needsWords: row.state.isEnd)
        let status = SlurmEnd.status(row, evidence, now: wallClock.now())
        switch status {
        case .running where evidence.record != nil, nil:
            // One of the two has not heard of the end yet.
            let since = seen.doubtSince ?? clock.now
            known[job.key]?.doubtSince = since
            if clock.now - since < Self.patience { return .running(since: seen.start) }
            if let record = evidence.record { return .ended(record, reason: evidence.limit) }
            return SlurmEnd.unseen(row, evidence)
        case .submitted where clock.now - seen.since >= Self.tolerance:
            return SlurmWaiting.words(row).map { .waiting(reason: $0) } ?? .submitted
        case .lost where evidence.order != nil: return .returned
        case .lost where evidence.claim == nil && seen.submission != nil && !seen.isGivenUp:
            vanished.insert(job.key)
            return .submitted
        case .some(let status): return status
        }
    }

    /// A controller that was started again may not know what a node still executes, nor what it had been given last.
    func judgeForgotten(_ job: Job, _ asLooks: JobStatus) -> JobStatus {
        let evidence = evidence(job)
        let status = SlurmEnd.forgotten(evidence)
        guard case .lost = status, let seen = known[job.key], seen.submission != nil, !seen.isGivenUp else {
            return status
        }
        let since = seen.forgottenSince ?? clock.now
        known[job.key]?.forgottenSince = since
        let hasBegun = evidence.claim != nil
        guard clock.now - since < (hasBegun ? Self.patience : .seconds(5)) else {
            if evidence.order != nil { return .returned }
            if !hasBegun { vanished.insert(job.key) }
            return hasBegun ? status : asLooks
        }
        expectNews(for: .seconds(5))
        return asLooks
    }

    func weigh(_ row: SlurmRow, _ key: JobKey) {
        guard let reason = SlurmEnd.hopelessness(row, commands.settings), known[key]?.verdict == nil else {
            known[key]?.hopelessSince = nil
            return
        }
        guard let first = known[key]?.hopelessSince else {
            known[key]?.hopelessSince = asked
            return expectNews(for: .seconds(5))
        }
        if let asked, asked - first >= Self.judgement {
            known[key]?.verdict = reason
        } else {
            expectNews(for: .seconds(5))
        }
    }

    func evidence(_ job: Job, needsWords: Bool = true) -> SlurmEvidence {
        let seen = known[job.key]
        var evidence = SlurmEvidence(job: job, record: jobFiles.record(of: job))
        evidence.claim = seen?.claim
        evidence.start = seen?.start
        evidence.verdict = seen?.verdict
        guard needsWords else { return evidence }
        evidence.claim = seen?.claim ?? jobFiles.claim(of: job)
        evidence.limit = jobFiles.limit(of: job) ?? jobFiles.engineRefusal(of: job)
        evidence.exceededMemory = jobFiles.exceededMemory(seen?.submission)
        evidence.lastWords = jobFiles.lastWords(of: seen?.submission)
        evidence.place = place?.words(for: job)
        if evidence.claim == nil, jobFiles.isOrdered(job) {
            evidence.order = SlurmPrecedence(
                isTakenBack: seen?.submission.map { jobFiles.isTakenBack(job, $0) } ?? false,
                hasFailedNeed: jobFiles.hasFailedNeed(job),
                isHopeless: seen?.verdict != nil
            )
        }
        return evidence
    }
}
