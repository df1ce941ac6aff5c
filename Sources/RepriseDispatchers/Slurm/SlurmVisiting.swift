import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Jobs whose folders lie elsewhere.
extension SlurmWatch {
    /// How often the folders of jobs elsewhere are looked at, which costs a round trip whatever their number.
    private static let visits = Duration.seconds(2)

    /// Brings the folders of the jobs here up to date with those there, with Slurm's answer where that is due. Returns
    /// what kept it from that.
    func visit(_ jobs: [Job]) async -> (any Error)? {
        guard let place else { return nil }
        let now = clock.now
        let open = jobs.filter { ExitFile.read(in: $0.folder, files) == nil }
        let isDue = pace.isDue(now) && (pace.isUrgent || !open.isEmpty)
        let mustLook = !open.isEmpty && pace.isDue(min(pace.interval, Self.visits), since: visited, now)
        guard !isAsking, isDue || mustLook else { return nil }
        isAsking = true
        defer { isAsking = false }
        visited = now
        if isDue { pace.noteTry(now) }
        do {
            let look = try await place.look(at: open, asking: isDue ? ["squeue"] + SlurmArguments.queue : [])
            if look.problem == nil { pace.noteAnswer() } else { pace.noteFailure() }
            if look.problem == nil, !look.isWhole {
                // There is more, for which there was no time.
                visited = nil
                bell.ring(after: .zero)
            }
            if let answer = look.answer { note(try commands.queue(answer), asked: now) }
            return look.problem
        } catch {
            pace.noteFailure()
            return error
        }
    }

    /// Brings what those left that have ended by Slurm's word alone. Until it is here they run on for everybody.
    func bring(
        _ jobs: [Job: JobHandle],
        _ forgotten: SlurmAccounts.Answer,
        _ statuses: inout [JobKey: JobStatus]
    ) async {
        guard let place else { return }
        let silent = Set(jobs.keys)
            .filter { job in
                guard let status = statuses[job.key], !status.isOpen, known[job.key]?.claim != nil else { return false }
                return ExitFile.read(in: job.folder, files) == nil
            }
        guard !silent.isEmpty else { return }
        var taken: Set<JobKey> = []
        if failedToBring.map({ clock.now - $0 >= Self.visits }) ?? true {
            let answer = await place.workspace.take(Array(silent))
            taken = answer.taken
            failedToBring = answer.problem == nil ? nil : clock.now
        }
        for (job, handle) in jobs where silent.contains(job) {
            statuses[job.key] =
                taken.contains(job.key) ? judge(job, handle, forgotten) : .running(since: known[job.key]?.start)
        }
    }
}
