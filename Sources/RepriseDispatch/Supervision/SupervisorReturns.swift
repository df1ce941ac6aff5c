import RepriseModel
import RepriseSystem

/// What was handed over before its time, and must not begin: it is taken back, or the engine gives it back.
extension Supervisor {
    /// What changed while the job was being handed over.
    func reconsider(_ key: JobKey) {
        guard let supervised = jobs[key] else { return }
        if let doom = supervised.doom { return self.doom(key, doom) }
        guard supervised.after.contains(where: { latest($0.first) != $0 }) else { return }
        add(.takeBack([key], from: supervised.job.target))
    }

    /// What an earlier supervisor handed over after attempts that are no more.
    func takeBackStale() {
        let stale = atEngine.filter { key in
            guard let supervised = jobs[key], case .submitted = supervised.phase, needs.isBlocked(key) else {
                return false
            }
            return needsAtEngine(of: supervised.job) == nil
        }
        for (target, keys) in Dictionary(grouping: stale, by: { jobs[$0]?.job.target ?? "" }) {
            add(.takeBack(keys.sorted { $0.description < $1.description }, from: target))
        }
    }

    /// What was handed over after a job that is tried again must not begin after the former attempt.
    func takeBackDependents(of key: JobKey) {
        var byTarget: [String: [JobKey]] = [:]
        for job in needs.dependents(of: key) {
            guard case .submitted = jobs[job.record.key]?.phase else { continue }
            byTarget[job.target, default: []].append(job.record.key)
        }
        for (target, keys) in byTarget { add(.takeBack(keys, from: target)) }
    }

    /// Asks the engine for them, until it takes the request or they have left it.
    func takeBack(_ keys: [JobKey], from target: String) async {
        var number = 1
        while true {
            var there: [String: (dispatcher: any Dispatcher, jobs: [Job: JobHandle])] = [:]
            for key in keys {
                guard let supervised = jobs[key], case .submitted(let job, let handle) = supervised.phase,
                    let dispatcher = try? dispatcher(of: supervised.job)
                else { continue }
                there[supervised.job.place, default: (dispatcher, [:])].jobs[job] = handle
            }
            do {
                for (dispatcher, jobs) in there.values { try await dispatcher.takeBack(jobs) }
                return await query(target)
            } catch {
                if Task.isCancelled { return }
                tell(.trouble("cannot take back what `\(target)` was given: \(words(error))"))
                number += 1
                do { try await clock.sleep(for: max(.seconds(1), SupervisorPace.pause(before: number))) } catch {
                    return
                }
            }
        }
    }

    /// The engine has given the job back unbegun.
    func takeReturned(_ key: JobKey) {
        guard let supervised = jobs[key] else { return }
        leaveEngine(key)
        if stopping.contains(key.run) { return endUnstarted(key, .cancelled, reason: "stopped by a person") }
        if let doom = supervised.doom { return endUnstarted(key, .cancelled, reason: doom) }
        jobs[key]?.isCancelling = false
        jobs[key]?.job.handed = nil
        // After the very same it is not handed over again.
        let after = afters(of: key)
        jobs[key]?.declined = after
        toldReasons[key] = nil
        let reason = needs.reason(supervised.job)
        change(JobChange(key: key, state: .queued, at: wallClock.now(), reason: reason, isReturned: true))
        takeBackDependents(of: key)
        block(key)
    }

    /// A step that it needs did not finish: it must not run, wherever it is.
    func doom(_ key: JobKey, _ reason: String) {
        switch jobs[key]?.phase {
        case .blocked, .queued, .delayed:
            scheduler.remove(key)
            endUnstarted(key, .cancelled, reason: reason)
        case .starting: jobs[key]?.doom = reason
        case .submitted, .running:
            jobs[key]?.doom = reason
            guard jobs[key]?.isCancelling == false else { return }
            jobs[key]?.isCancelling = true
            add(.cancel(key))
        case .ending, nil: break
        }
    }
}
