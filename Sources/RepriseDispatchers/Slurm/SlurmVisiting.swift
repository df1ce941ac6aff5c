import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Jobs whose folders lie elsewhere.
extension SlurmWatch {
    /// How often the folders of jobs elsewhere are looked at, which costs a round trip whatever their number.
    private static let visits = Duration.seconds(2)

    /// Brings the folders of the jobs here up to date with those there, with Slurm's answer where that is due, and has
    /// brought what those left that have ended. Returns what keeps it from that, until it does no more.
    func visit(_ jobs: [Job]) async -> (any Error)? {
        guard let place, let homecoming else { return nil }
        await takeReport(of: homecoming)
        let underway = await homecoming.underway
        let now = clock.now
        let open = jobs.filter { !underway.contains($0.key) && ExitFile.read(in: $0.folder, files) == nil }
        let isDue = pace.isDue(now) && (pace.isUrgent || !open.isEmpty)
        let mustLook = !open.isEmpty && pace.isDue(min(pace.interval, Self.visits), since: visited, now)
        guard !isAsking, isDue || mustLook else { return trouble ?? homeTrouble }
        isAsking = true
        defer { isAsking = false }
        visited = now
        if isDue { pace.noteTry(now) }
        do {
            let look = try await place.look(at: open, asking: isDue ? ["squeue"] + SlurmArguments.queue : [])
            if let answer = look.answer { note(try commands.queue(answer), asked: now) }
            if look.ended.isEmpty { homeTrouble = nil }
            if homeTrouble == nil { pace.noteAnswer() }
            trouble = nil
            await homecoming.bring(look.ended)
        } catch {
            pace.noteFailure()
            trouble = error
        }
        return trouble ?? homeTrouble
    }

    private func takeReport(of homecoming: RemoteHomecoming) async {
        let report = await homecoming.report()
        for key in report.taken { known[key]?.isHome = true }
        if let problem = report.problem {
            pace.noteFailure()
            homeTrouble = problem
            failedToBring = clock.now
        } else if !report.taken.isEmpty {
            homeTrouble = nil
        }
    }

    /// Has brought what those left that have ended by Slurm's word alone. Until it is here they run on for everybody.
    func bring(_ jobs: [Job], _ statuses: inout [JobKey: JobStatus]) async {
        guard let homecoming else { return }
        var silent: [Job] = []
        for job in jobs {
            guard let status = statuses[job.key], !status.isOpen, let seen = known[job.key] else { continue }
            guard seen.claim != nil, !seen.isHome, ExitFile.read(in: job.folder, files) == nil else { continue }
            statuses[job.key] = .running(since: seen.start)
            silent.append(job)
        }
        if let failed = failedToBring, clock.now - failed < Self.visits { return }
        await homecoming.bring(silent)
    }
}
