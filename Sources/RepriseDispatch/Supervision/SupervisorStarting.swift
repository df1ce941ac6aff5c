import RepriseModel
import RepriseSystem

/// From the queue to the engine.
extension Supervisor {
    /// Gives room to whatever may start now.
    func startJobs() {
        guard refusals == 0, !Task.isCancelled else { return }
        var together: [String: [LedgerJob]] = [:]
        let shut = closed.union(comingTargets.keys).union(finding.keys)
        while let (job, holdings) = scheduler.next(except: shut.union(closed)) {
            jobs[job.record.key]?.phase = .starting
            if let target = targets[job.target], type(of: target.dispatcher).capabilities.queues {
                together[job.place, default: []].append(job)
                if together[job.place]?.count == pace.batch { close(job.target) }
            } else {
                add(.start(job, holdings))
            }
        }
        for jobs in together.values {
            guard let target = jobs.first?.target else { continue }
            close(target)
            add(.startTogether(jobs, on: target))
        }
    }

    func start(_ job: LedgerJob, _ holdings: JobHoldings) async {
        let key = job.record.key
        guard let target = targets[job.target] else { return }
        do {
            var prepared = try await lifecycle.prepare(job)
            if stopping.contains(key.run) { return abandon(key) }
            prepared.gpus = holdings.gpus
            prepared.processors = holdings.processors
            let handle = try await submit(prepared, dispatcher(of: job))
            hasStarted(job, prepared, handle, target)
            await query(job.target)
        } catch {
            refused(key, error)
        }
    }

    /// Submits; where the engine's answer is an error, asks whether it took the job all the same. As long as nobody
    /// knows whether it runs, its room stays taken and the question stands.
    private func submit(_ job: Job, _ dispatcher: any Dispatcher) async throws -> JobHandle {
        do {
            return try await dispatcher.submit(job)
        } catch {
            guard let handle = try await findDoubtful([job], dispatcher)[job.key] else { throw error }
            return handle
        }
    }

    /// Which of these jobs an engine has that has answered their submission by an error.
    func findDoubtful(_ jobs: [Job], _ dispatcher: any Dispatcher) async throws -> [JobKey: JobHandle] {
        var number = 2
        var told: String?
        while true {
            do {
                return try await dispatcher.find(jobs)
            } catch {
                let what = jobs.count == 1 ? "\(jobs[0].key) was" : "\(jobs.count) jobs were"
                let trouble = "cannot find out whether \(what) submitted: \(words(error))"
                if told != trouble { tell(.trouble(trouble)) }
                told = trouble
                try await clock.sleep(for: max(.seconds(1), SupervisorPace.pause(before: number)))
                number += 1
            }
        }
    }

    func hasStarted(_ job: LedgerJob, _ prepared: Job, _ handle: JobHandle, _ target: SupervisorTarget) {
        let key = job.record.key
        jobs[key]?.phase = .submitted(prepared, handle)
        atEngine.insert(key)
        noteMove(key)
        noteSubmission(job, handle, target)
        if stopping.contains(key.run) { stopJob(key) } else { reconsider(key) }
    }

    /// A stopped run's job that was about to start.
    func abandon(_ key: JobKey) {
        scheduler.release(key)
        endUnstarted(key, .cancelled, reason: "stopped by a person")
    }

    /// A mistake of the person's ends the job; what the world refused is tried again, a few times.
    func refused(_ key: JobKey, _ error: any Error) {
        guard let supervised = jobs[key] else { return }
        let sequence = scheduler.release(key)
        jobs[key]?.sequence = sequence
        if Task.isCancelled || error is CancellationError {
            jobs[key]?.phase = .queued
            return
        }
        if stopping.contains(key.run) { return endUnstarted(key, .cancelled, reason: "stopped by a person") }
        if let doom = supervised.doom { return endUnstarted(key, .cancelled, reason: doom) }
        if !supervised.after.isEmpty || needs.isBlocked(key) { return decline(key) }
        let isUsage = (error as? any RepriseError)?.fault == .usage
        // What the engine has of ours makes room when it ends: a limit on how much it takes is no reason to give up.
        let mayCome =
            !isUsage && closed.contains(supervised.job.target)
            && ((error as? any EngineAway)?.isAway == true || hasJobs(at: supervised.job.target))
        let tries = supervised.refusals + (mayCome ? 0 : 1)
        jobs[key]?.refusals = tries
        guard !isUsage, mayCome || tries < pace.tries else { return endUnstarted(key, .failed, reason: words(error)) }
        let reason = "cannot start yet: " + words(error)
        if toldReasons[key] != reason {
            toldReasons[key] = reason
            change(JobChange(key: key, state: .queued, at: wallClock.now(), reason: reason))
        }
        // The pause before the next submission is the target's.
        if closed.contains(supervised.job.target) { return enqueue(key) }
        jobs[key]?.phase = .delayed
        add(.queue(key, after: SupervisorPace.pause(before: tries + 2)))
    }

    func queue(_ key: JobKey, after pause: Duration) async {
        if pause > .zero {
            do { try await clock.sleep(for: pause) } catch { return }
        }
        if case .delayed = jobs[key]?.phase { enqueue(key) }
    }

    // MARK: Stopping

    func stopJobs(of runs: Set<RunID>) {
        let affected = jobs.keys.filter { runs.contains($0.run) }.sorted { $0.description < $1.description }
        for key in affected { stopJob(key) }
    }

    func stopJob(_ key: JobKey) {
        guard let supervised = jobs[key] else { return }
        switch supervised.phase {
        case .blocked, .queued, .delayed:
            scheduler.remove(key)
            endUnstarted(key, .cancelled, reason: "stopped by a person")
        case .submitted, .running:
            guard !supervised.isCancelling else { return }
            jobs[key]?.isCancelling = true
            add(.cancel(key))
        case .starting, .ending: break
        }
    }

    /// Asks the engine to end the job, until the engine takes the request.
    func cancel(_ key: JobKey) async {
        var number = 1
        while let supervised = jobs[key], let at = supervised.atEngine, let target = targets[supervised.job.target] {
            do {
                let dispatcher = (try? dispatcher(of: supervised.job)) ?? target.dispatcher
                try await dispatcher.cancel(at.job, at.handle, grace: source?.grace ?? pace.grace)
                return
            } catch {
                if Task.isCancelled { return }
                tell(.trouble("cannot stop \(key): \(words(error))"))
                number += 1
                do { try await clock.sleep(for: max(.seconds(1), SupervisorPace.pause(before: number))) } catch {
                    return
                }
            }
        }
    }
}

/// An error as a reason: its first line, with why.
package func words(_ error: any Error) -> String {
    guard let error = error as? any RepriseError else { return String(describing: error) }
    let head = error.place.map { "\($0): \(error.what)" } ?? error.what
    return head + (error.why.map { ": " + $0 } ?? "")
}
