import RepriseModel
import RepriseSystem

/// What is told of jobs that the controller has forgotten: by the cluster's accounts, or by the text file that some clusters
/// keep in their place.
actor SlurmAccounts {
    struct Answer: Sendable {
        /// By the job's id; those that have ended alone, since a job that the controller does not know does not run.
        var rows: [String: SlurmRow] = [:]
        /// Of these nobody has said anything yet, not even that nothing is known.
        var open: Set<String> = []
    }

    private let commands: SlurmCommands
    /// How long accounts that do not answer are waited for, before jobs are judged without them.
    private let patience: Duration
    private let clock = ContinuousClock()

    private var areKept = true
    private var rows: [String: SlurmRow] = [:]
    private var answered: Set<String> = []
    private var isAsking = false
    private var tried: ContinuousClock.Instant?
    private var silentSince: ContinuousClock.Instant?
    private var failures = 0

    init(_ commands: SlurmCommands, patience: Duration = .seconds(60)) {
        self.commands = commands
        self.patience = patience
    }

    /// `jobs` are ids, with the number that the job has for itself where that is known. Asks Slurm now and then, however
    /// often this is called. Throws when the machine that could be asked is away.
    func answer(for jobs: [String: String?]) async throws -> Answer {
        guard !jobs.isEmpty else { return Answer() }
        if isDue(jobs) {
            isAsking = true
            defer { isAsking = false }
            tried = clock.now
            try await ask(jobs)
        }
        return Answer(
            rows: rows.filter { jobs.keys.contains($0.key) },
            open: Set(jobs.keys).subtracting(answered)
        )
    }

    private func isDue(_ jobs: [String: String?]) -> Bool {
        guard !isAsking else { return false }
        guard let tried else { return true }
        let isNew = !answered.isSuperset(of: jobs.keys)
        return clock.now - tried >= min(.seconds(30), .seconds(isNew ? 1 : 5) * (1 << min(failures, 5)))
    }

    private func ask(_ jobs: [String: String?]) async throws {
        if areKept {
            do {
                if let answer = try await commands.accounting(jobs.keys.sorted()) {
                    silentSince = nil
                    failures = 0
                    return note(answer.map { ($0.id, $0) }, of: jobs)
                }
                areKept = false
            } catch let error as SSHError {
                // Who cannot be asked has not said that it knows nothing.
                throw error
            } catch SlurmError.missing {
                areKept = false
            } catch {
                let since = silentSince ?? clock.now
                silentSince = since
                failures += 1
                if clock.now - since < patience { return }
            }
        }
        try await askFile(jobs)
    }

    private func askFile(_ jobs: [String: String?]) async throws {
        var ids: [String: String] = [:]
        for (id, number) in jobs { if let number = number ?? (id.contains("_") ? nil : id) { ids[number] = id } }
        var answer: [SlurmRow] = []
        do {
            if !ids.isEmpty { answer = try await commands.completions(ids.keys.sorted()) }
        } catch let error as SSHError {
            throw error
        } catch {}
        note(answer.compactMap { row in ids[row.number].map { ($0, row) } }, of: jobs)
    }

    private func note(_ answer: [(String, SlurmRow)], of jobs: [String: String?]) {
        answered = Set(jobs.keys)
        rows = Dictionary(answer.filter { $0.1.state.isEnd }) { _, last in last }
    }
}
