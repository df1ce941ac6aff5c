import RepriseModel
import RepriseSystem

/// How the engine of a target answers.
struct EngineAnswers: Hashable {
    /// The rounds of questions that are still left out, and how many were the last time.
    var skipped = 0
    var skips = 0
    /// What was told last of it; nil while it answers.
    var trouble: String?
    /// The reasons to wait that were told, and when they were taken in last.
    var told: Set<String> = []
    var reasonsAt: Timestamp?
}

/// How often an engine with a queue of its own is given something, and asked.
extension Supervisor {
    /// The target gets nothing more until `reopen` and its pause.
    func close(_ target: String) { closed.insert(target) }

    /// The pause after a submission, so that what becomes ready meanwhile goes in one; longer each time when the engine refuses.
    func reopen(_ target: String, isRefused: Bool) {
        let refusals = isRefused ? (refusedSubmissions[target] ?? 0) + 1 : 0
        refusedSubmissions[target] = refusals == 0 ? nil : refusals
        let pause = SupervisorPace.pause(before: refusals + 2)
        add(.open(target, after: max(pace.submission, pause)))
    }

    func open(_ target: String, after pause: Duration) async {
        do { try await clock.sleep(for: pause) } catch { return }
        closed.remove(target)
    }

    /// Whether the engine has jobs of this ledger.
    func hasJobs(at target: String) -> Bool { atEngine.contains { jobs[$0]?.job.target == target } }

    // MARK: Asking

    /// Asks, unless the engine did not answer the last times: then fewer times, at the least once a minute or so.
    func queryInTurn(_ target: String) async {
        if let left = answers[target]?.skipped, left > 0 {
            answers[target]?.skipped = left - 1
            return
        }
        await query(target)
    }

    func hasAnswered(_ target: String) {
        guard answers[target]?.trouble != nil else { return }
        answers[target]?.trouble = nil
        answers[target]?.skips = 0
        answers[target]?.skipped = 0
        tell(.trouble("`\(target)` answers again"))
    }

    /// Told once, however often it is tried in vain. Where a part of it answers, that part is asked as often as ever.
    func hasNotAnswered(_ target: String, _ trouble: String, isPart: Bool) {
        var now = answers[target] ?? EngineAnswers()
        now.skips = isPart ? 0 : min(max(1, now.skips * 2), Self.mostSkips)
        now.skipped = now.skips
        if now.trouble != trouble { tell(.trouble(trouble)) }
        now.trouble = trouble
        answers[target] = now
    }

    private static var mostSkips: Int { 12 }

    // MARK: Why jobs wait at their engine

    /// Writes down the reasons that are others than before, of all jobs of a target at the same time and not often: an engine
    /// may change its mind about thousands of jobs every second.
    func takeReasons(of statuses: [JobKey: JobStatus], on target: String) {
        let now = wallClock.now()
        if let last = answers[target]?.reasonsAt,
            abs(now.milliseconds - last.milliseconds) < pace.reasons.milliseconds
        {
            return
        }
        var isAny = false
        for (key, status) in statuses.sorted(by: { $0.key.description < $1.key.description }) {
            guard case .waiting(let reason) = status, case .submitted = jobs[key]?.phase else { continue }
            // For a step of its run, as long as it does.
            guard !needs.isBlocked(key) else { continue }
            isAny = true
            guard toldReasons[key] != reason else { continue }
            toldReasons[key] = reason
            change(JobChange(key: key, state: .submitted, at: now, reason: reason))
            // One of all that wait for the same is enough to be told.
            if answers[target, default: EngineAnswers()].told.insert(reason).inserted {
                tell(.waits(key, reason: reason))
            }
        }
        if isAny { answers[target, default: EngineAnswers()].reasonsAt = now }
    }
}

extension Duration {
    fileprivate var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
