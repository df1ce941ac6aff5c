import RepriseDispatch
import RepriseModel
import RepriseSystem

/// What Slurm itself says: one question for all jobs, and another for those that the controller has forgotten.
extension SlurmWatch {
    func ask() async throws {
        let now = clock.now
        guard !isAsking, pace.isDue(now) else { return }
        isAsking = true
        defer { isAsking = false }
        pace.noteTry(now)
        do {
            note(try await commands.queue(), asked: now)
        } catch {
            pace.noteFailure()
            throw error
        }
    }

    func note(_ answer: [SlurmRow], asked moment: ContinuousClock.Instant) {
        rows = Dictionary(answer.map { ($0.id, $0) }) { first, _ in first }
        asked = moment
        pace.noteAnswer()
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

    /// What the accounts tell of those that the controller does not know any more; asked only when there are such.
    func accounts(of jobs: [Job: JobHandle]) async throws -> [String: SlurmRow] {
        let gone = jobs.filter { job, handle in
            rows[id(job, handle)] == nil && isAnswered(since: known[job.key]?.since)
        }
        guard !gone.isEmpty else { return [:] }
        if hasAccounts {
            do {
                if let answer = try await commands.accounting(gone.map { id($0.key, $0.value) }) {
                    return Dictionary(answer.map { ($0.id, $0) }) { first, _ in first }
                }
            } catch let error as SSHError {
                // Who cannot be asked has not said that it knows nothing.
                throw error
            } catch {}
            hasAccounts = false
        }
        var ids: [String: String] = [:]
        for (job, handle) in gone {
            let id = id(job, handle)
            if let number = known[job.key]?.claim?.number ?? (id.contains("_") ? nil : id) { ids[number] = id }
        }
        guard !ids.isEmpty else { return [:] }
        let answer: [SlurmRow]
        do { answer = try await commands.completions(ids.keys.sorted()) } catch let error as SSHError {
            throw error
        } catch { return [:] }
        return Dictionary(answer.compactMap { row in ids[row.number].map { ($0, row) } }) { _, last in last }
    }
}
