import RepriseModel

/// Which jobs wait for steps of their run. Pure.
///
/// A step is done when all its splits have finished. When one ends in another way, everything that needs the step,
/// directly or not, can never run.
struct NeedsGraph {
    private struct Step {
        /// The first attempts of those of its jobs that have not finished yet.
        var open: Set<JobKey> = []
        /// The first attempts of all its jobs.
        var members: Set<JobKey> = []
        /// `failed`, `was cancelled`, `was lost`.
        var mishap: String?
        var dependents: [LedgerJob] = []
    }

    private var steps: [RunID: [String: Step]] = [:]
    /// How many steps each blocked job still waits for.
    private var missing: [JobKey: Int] = [:]

    /// What the end of a job sets free, and what it dooms, with why.
    struct Consequences {
        var ready: [LedgerJob] = []
        var doomed: [(job: LedgerJob, reason: String)] = []
    }

    /// Makes the job known as part of its step. To be called for all jobs of a run before the first `place`.
    mutating func register(_ job: LedgerJob) {
        guard let name = job.record.key.step else { return }
        var step = steps[job.record.key.run]?[name] ?? Step()
        step.members.insert(job.record.key.first)
        switch job.record.state {
        case .finished: break
        case .failed, .cancelled, .lost: step.mishap = job.record.state.mishap
        default: step.open.insert(job.record.key.first)
        }
        steps[job.record.key.run, default: [:]][name] = step
    }

    /// Whether a registered job may run, must wait, or never will.
    mutating func place(_ job: LedgerJob) -> Consequences {
        let run = job.record.key.run
        var open = 0
        for name in job.needs {
            guard let step = steps[run]?[name] else {
                return Consequences(doomed: [(job, "needs step \(name), which its run does not have")])
            }
            if let mishap = step.mishap { return Consequences(doomed: [(job, "step \(name) \(mishap)")]) }
            if !step.open.isEmpty { open += 1 }
        }
        guard open > 0 else { return Consequences(ready: [job]) }
        missing[job.record.key] = open
        for name in job.needs where isOpen(name, of: run) { steps[run]?[name]?.dependents.append(job) }
        return Consequences()
    }

    private func isOpen(_ step: String, of run: RunID) -> Bool { steps[run]?[step]?.open.isEmpty == false }

    func isBlocked(_ key: JobKey) -> Bool { missing[key] != nil }

    /// The first attempts of the jobs that a blocked one waits for.
    func openNeeds(of job: LedgerJob) -> [JobKey] {
        guard missing[job.record.key] != nil else { return [] }
        return job.needs.flatMap { steps[job.record.key.run]?[$0]?.open ?? [] }
    }

    /// The first attempts of all jobs that one needs, whether they have ended or not.
    func members(ofNeedsOf job: LedgerJob) -> [JobKey] {
        job.needs.flatMap { steps[job.record.key.run]?[$0]?.members ?? [] }
    }

    /// The blocked jobs that need the step of this one.
    func dependents(of key: JobKey) -> [LedgerJob] {
        guard let name = key.step, let step = steps[key.run]?[name] else { return [] }
        return step.dependents.filter { missing[$0.record.key] != nil }
    }

    /// The steps that a blocked job waits for, in words; nil for one that is not blocked.
    func reason(_ job: LedgerJob) -> String? {
        guard missing[job.record.key] != nil else { return nil }
        let open = job.needs.filter { isOpen($0, of: job.record.key.run) }
        return "waits for step \(open.joined(separator: ", "))"
    }

    /// Takes a blocked job out; its dependents are doomed by `ended`.
    @discardableResult
    mutating func remove(_ key: JobKey) -> Bool { missing.removeValue(forKey: key) != nil }

    /// Every blocked job of the runs.
    func blocked(of runs: Set<RunID>) -> Set<JobKey> { Set(missing.keys.filter { runs.contains($0.run) }) }

    /// Takes in the last end of a job.
    mutating func ended(_ key: JobKey, _ state: RunState) -> Consequences {
        guard let name = key.step, var step = steps[key.run]?[name] else { return Consequences() }
        var result = Consequences()
        step.open.remove(key.first)
        if let mishap = state.mishap {
            step.mishap = step.mishap ?? mishap
            let reason = "step \(name) \(mishap)"
            result.doomed = step.dependents.filter { missing.removeValue(forKey: $0.record.key) != nil }
                .map { ($0, reason) }
            step.dependents = []
        } else if step.open.isEmpty, step.mishap == nil {
            result.ready = step.dependents.filter { meetOneNeed($0.record.key) }
            step.dependents = []
        }
        steps[key.run]?[name] = step
        return result
    }

    private mutating func meetOneNeed(_ key: JobKey) -> Bool {
        guard let count = missing[key] else { return false }
        missing[key] = count > 1 ? count - 1 : nil
        return count == 1
    }

    /// Forgets a run that has ended.
    mutating func forget(_ run: RunID) { steps[run] = nil }
}

extension RunState {
    /// What a step did that did not finish.
    fileprivate var mishap: String? {
        switch self {
        case .failed: "failed"
        case .cancelled: "was cancelled"
        case .lost: "was lost"
        default: nil
        }
    }
}
