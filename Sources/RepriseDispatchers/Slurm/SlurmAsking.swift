import RepriseDispatch
import RepriseModel
import RepriseSystem

/// What Slurm itself says: one question for all jobs, and another for those that the controller has forgotten.
extension SlurmWatch {
    func ask() async throws {
        let now = clock.now
        guard !isAsking, pace.isDue(now) else {
            // As long as nobody has answered, there is no answer.
            if let trouble, !isAsking { throw trouble }
            return
        }
        isAsking = true
        defer { isAsking = false }
        pace.noteTry(now)
        do {
            note(try await commands.queue(), asked: now)
        } catch {
            pace.noteFailure()
            trouble = error
            throw error
        }
    }

    func note(_ answer: [SlurmRow], asked moment: ContinuousClock.Instant) {
        rows = Dictionary(answer.map { ($0.id, $0) }) { first, _ in first }
        asked = moment
        trouble = nil
        if homeTrouble == nil { pace.noteAnswer() }
    }

    /// A job that was submitted again has another number than the one that whoever asks was told.
    func id(_ job: Job, _ handle: JobHandle) -> String {
        known[job.key]?.claim?.id ?? known[job.key]?.submission?.handle?.description ?? handle.description
    }

    /// Whether the last answer says something of a job that was first asked for at `moment`.
    func isAnswered(since moment: ContinuousClock.Instant?) -> Bool {
        guard let asked, let moment else { return false }
        return asked >= moment
    }

    /// What is told of those that the controller does not know any more; asked only when there are such.
    func accounts(of jobs: [Job: JobHandle]) async throws -> SlurmAccounts.Answer {
        var gone: [String: String?] = [:]
        for (job, handle) in jobs {
            let id = id(job, handle)
            guard rows[id] == nil, isAnswered(since: known[job.key]?.since) else { continue }
            gone.updateValue(known[job.key]?.claim?.number, forKey: id)
        }
        return try await accounts.answer(for: gone)
    }
}
