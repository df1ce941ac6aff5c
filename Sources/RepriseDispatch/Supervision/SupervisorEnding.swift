import RepriseModel
import RepriseSystem

/// From the engine into the ledger.
extension Supervisor {
    /// The engine has no more to do with the job, and its room is free.
    func leaveEngine(_ key: JobKey) {
        atEngine.remove(key)
        jobs[key]?.sequence = scheduler.release(key)
        jobs[key]?.phase = .ending
    }

    /// Ends a job that no engine has.
    func endUnstarted(_ key: JobKey, _ state: RunState, reason: String) {
        guard jobs[key] != nil else { return }
        jobs[key]?.phase = .ending
        conclude(key, JobEnd(state: state, reason: reason, at: wallClock.now()))
    }

    /// Takes in what the job left, then writes down how it ended.
    func settle(_ key: JobKey, _ job: Job?, _ status: JobStatus, _ end: JobEnd) async {
        var end = end
        var tries = 0
        while let job {
            do {
                try await lifecycle.settle(job, status: status)
                break
            } catch {
                // Not written down: the next supervisor takes it in again.
                if Task.isCancelled { return }
                tries += 1
                let isHopeless = tries >= pace.tries || (error as? any RepriseError)?.fault == .usage
                guard isHopeless, !lacksRoom(error) else {
                    if tries == 1 { tell(.trouble("cannot take in what \(key) left: \(words(error))")) }
                    do { try await clock.sleep(for: SupervisorPace.pause(before: tries + 2)) } catch { return }
                    continue
                }
                let before = end.reason.map { $0 + "; " } ?? ""
                end.reason = before + "what it left could not be taken in: " + words(error)
                if end.state == .finished { end.state = .failed }
                break
            }
        }
        conclude(key, end)
    }

    private func conclude(_ key: JobKey, _ end: JobEnd) {
        guard let supervised = jobs[key] else { return }
        let retry = supervised.job.retry
        let former = supervised.job.interruptions
        let mayRetry = end.event.map { retry.allows($0, attempt: key.attempt, interruptions: former) } ?? false
        let isFinal = !mayRetry || stopping.contains(key.run)
        if end.event?.isInterruption == true { jobs[key]?.job.interruptions += 1 }
        change(
            JobChange(
                key: key,
                state: end.state,
                at: end.at,
                reason: end.reason,
                exit: end.exit,
                isFinal: isFinal
            )
        )
        needs.remove(key)
        if isFinal {
            follow(needs.ended(key, end.state))
        } else {
            takeBackDependents(of: key)
            // The ledger queues the next attempt with this change, so that it may be read before this returns.
            attempts[key.first] = key.attempt + 1
        }
    }

    // MARK: Writing down

    func change(_ change: JobChange) {
        pending.append(change)
        ring()
    }

    /// Hands everything that is pending to one transaction, unless one is under way.
    func record() {
        guard !isRecording, !pending.isEmpty else { return }
        isRecording = true
        add(.record(pending))
        pending = []
    }

    func write(_ changes: [JobChange]) async {
        do {
            try await ledger.record(changes)
            refusals = 0
            for change in changes { isWritten(change) }
            tellCounts()
            isRecording = false
        } catch {
            pending = changes + pending
            if !(error is CancellationError) {
                refusals += 1
                if refusals == 1 { tell(.trouble("cannot write to the ledger: \(words(error))")) }
                try? await clock.sleep(for: max(.milliseconds(200), SupervisorPace.pause(before: refusals + 1)))
            }
            isRecording = false
        }
        ring()
    }

    /// Writes what is left when nothing else goes on, also in a cancelled task.
    func recordRest() async {
        guard !pending.isEmpty, refusals == 0 else { return }
        let changes = pending
        pending = []
        await Task { await self.write(changes) }.value
    }

    private func isWritten(_ change: JobChange) {
        tell(.changed(change))
        guard change.state.isEnded, let supervised = jobs.removeValue(forKey: change.key) else { return }
        toldReasons[change.key] = nil
        if change.isFinal {
            count(change)
            let left = (openJobs[change.key.run] ?? 1) - 1
            openJobs[change.key.run] = left > 0 ? left : nil
            if left <= 0 {
                stopping.remove(change.key.run)
                needs.forget(change.key.run)
            }
        } else {
            tryAgain(supervised)
        }
    }

    private func tryAgain(_ former: SupervisedJob) {
        var job = former.job
        job.record = JobRecord(key: job.record.key)
        job.record.key.attempt += 1
        job.handed = nil
        let key = job.record.key
        jobs[key] = SupervisedJob(job: job, phase: .delayed, sequence: former.sequence)
        if stopping.contains(key.run) {
            endUnstarted(key, .cancelled, reason: "stopped by a person")
        } else {
            add(.queue(key, after: SupervisorPace.pause(before: key.attempt)))
        }
    }

    private func count(_ change: JobChange) {
        if change.state == .finished { counts.finished += 1 } else { counts.failed += 1 }
    }

    private func tellCounts() {
        guard !listeners.isEmpty else { return }
        counts.running = atEngine.count
        counts.waiting = max(0, jobs.count - atEngine.count)
        tell(.counts(counts))
    }
}
