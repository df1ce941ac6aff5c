import RepriseModel
import RepriseSystem

/// Taking in what the ledger and the engines say.
extension Supervisor {
    /// Reads the ledger; the first time also finds what an earlier supervisor left at the engines.
    func readLedger() async throws {
        let isFirst = mark == nil
        let newMark = try await ledger.changeMark()
        let open = try await ledger.openJobs()
        let stops = try await ledger.stopRequests()
        let fresh = open.filter { isNew($0.record.key) }
        learnTargets(of: fresh)
        reopen(Set(fresh.map(\.record.key.run)).filter { openJobs[$0] == nil }, open)
        for job in fresh where !job.record.state.isEnded { note(job) }
        let found = isFirst ? try await findSubmitted(fresh) : [:]
        for job in fresh where !job.record.state.isEnded && jobs[job.record.key] == nil {
            await place(job, found: found[job.record.key])
        }
        if isFirst { takeBackStale() }
        mark = newMark
        let added = stops.subtracting(stopping)
        if !added.isEmpty { stop(added) }
        guard isFirst else { return }
        for (name, target) in targets.sorted(by: { $0.key < $1.key }) {
            // An engine elsewhere may take a minute to answer, or not to, and the others do not wait for that.
            if type(of: target.dispatcher).capabilities.queues { add(.ask(name)) } else { await query(name) }
        }
    }

    private func isNew(_ key: JobKey) -> Bool { key.attempt > attempts[key.first] ?? 0 }

    /// Learns the steps of runs that are new, or that somebody resumed, before any job of theirs is placed.
    private func reopen(_ runs: Set<RunID>, _ open: [LedgerJob]) {
        stopping.subtract(runs)
        for run in runs { needs.forget(run) }
        for job in open where runs.contains(job.record.key.run) { needs.register(job) }
    }

    private func note(_ job: LedgerJob) {
        let key = job.record.key
        attempts[key.first] = key.attempt
        if targets[job.target] != nil || !job.record.state.isAtEngine { openJobs[key.run, default: 0] += 1 }
    }

    /// Writes down that an engine has the job. One without a queue runs what it is handed at once.
    func noteSubmission(_ job: LedgerJob, _ handle: JobHandle, _ target: SupervisorTarget) {
        let runsAtOnce = !type(of: target.dispatcher).capabilities.queues
        let state: RunState = runsAtOnce ? .running : .submitted
        if runsAtOnce, case .submitted(let job, let handle) = jobs[job.record.key]?.phase {
            jobs[job.key]?.phase = .running(job, handle)
        }
        let reason = needs.reason(job)
        toldReasons[job.record.key] = reason
        change(JobChange(key: job.record.key, state: state, at: wallClock.now(), reason: reason, handle: handle))
    }

    /// Queues a job, or lets it wait for its steps, or ends it where it can never run.
    func arrange(_ job: LedgerJob) {
        let key = job.record.key
        jobs[key] = SupervisedJob(job: job, phase: .blocked)
        follow(needs.place(job))
        if let reason = needs.reason(job), reason != job.record.reason {
            change(JobChange(key: key, state: .queued, at: wallClock.now(), reason: reason))
        }
    }

    /// Queues what became ready, and ends what never will. What an engine has already begins by itself.
    func follow(_ consequences: NeedsGraph.Consequences) {
        for key in consequences.ready.map(\.record.key) {
            switch jobs[key]?.phase {
            case .blocked: enqueue(key)
            case .submitted: isReady(atEngine: key)
            default: break
            }
        }
        for (job, reason) in consequences.doomed { doom(job.record.key, reason) }
    }

    func enqueue(_ key: JobKey) {
        guard let supervised = jobs[key] else { return }
        jobs[key]?.phase = .queued
        if let reason = scheduler.add(supervised.job, sequence: supervised.sequence) {
            endUnstarted(key, .failed, reason: reason)
        }
    }

    // MARK: News

    func lookForNews() async {
        renewTargets()
        do {
            guard try await ledger.changeMark() != mark else { return }
            try await readLedger()
        } catch is CancellationError {
        } catch {
            tell(.trouble("cannot read the ledger: \(words(error))"))
        }
        ring()
    }

    /// Whether another process has written since the ledger was read.
    func hasNews() async -> Bool {
        guard let now = try? await ledger.changeMark(), now != mark else { return false }
        await lookForNews()
        return !openJobs.isEmpty
    }

    /// Looks at what the jobs have written, and at why others wait.
    func observe() async {
        let running = atEngine.compactMap { key in
            // Thousands may wait in an engine's queue.
            if case .running(let job, _) = jobs[key]?.phase { job } else { nil }
        }
        if !running.isEmpty { await lifecycle.observe(running) }
        lookAtDisks()
        for (key, reason) in scheduler.heads() where toldReasons[key] != reason {
            // What its engine refused it for says more.
            if reason == Scheduler.turn, toldReasons[key] != nil { continue }
            toldReasons[key] = reason
            change(JobChange(key: key, state: .queued, at: wallClock.now(), reason: reason))
            tell(.waits(key, reason: reason))
        }
        ring()
    }

    func lookAtDisks() {
        for (name, target) in targets { scheduler.setFreeDisk(target.freeDisk(), of: name) }
    }

    /// Why a job of this ledger waits; nil for one that does not.
    package func reason(_ key: JobKey) -> String? {
        scheduler.reason(key) ?? jobs[key].flatMap { needs.reason($0.job) }
    }

    // MARK: Engines

    /// Asks the engine of a target how its jobs stand; once more if somebody asked meanwhile.
    func query(_ target: String) async {
        guard querying.insert(target).inserted else {
            queryAgain.insert(target)
            return
        }
        repeat {
            queryAgain.remove(target)
            await queryOnce(target)
        } while queryAgain.contains(target) && !Task.isCancelled
        querying.remove(target)
        ring()
    }

    private func queryOnce(_ target: String) async {
        var asked: [String: (dispatcher: any Dispatcher, jobs: [Job: JobHandle])] = [:]
        for key in atEngine {
            guard let supervised = jobs[key], supervised.job.target == target, let at = supervised.atEngine else {
                continue
            }
            let place = supervised.job.place
            if asked[place] == nil {
                guard let own = (try? dispatcher(of: supervised.job)) ?? targets[target]?.dispatcher else { continue }
                asked[place] = (own, [:])
            }
            asked[place]?.jobs[at.job] = at.handle
        }
        var troubles: [String] = []
        for question in asked.values {
            if let trouble = await ask(question.dispatcher, question.jobs, of: target) { troubles.append(trouble) }
        }
        if let trouble = troubles.min() {
            hasNotAnswered(target, trouble, isPart: troubles.count < asked.count)
        } else if !asked.isEmpty {
            hasAnswered(target)
        }
    }

    /// What kept the engine from answering; nil where it did.
    private func ask(_ dispatcher: any Dispatcher, _ jobs: [Job: JobHandle], of target: String) async -> String? {
        do {
            let statuses = try await dispatcher.status(of: jobs)
            takeReasons(of: statuses, on: target)
            let news = statuses.filter { isNews($0.value, of: $0.key) }
            for (key, status) in news.sorted(by: { $0.key.description < $1.key.description }) { take(status, of: key) }
            return nil
        } catch is CancellationError { return nil } catch {
            return "cannot ask `\(target)` for its jobs: \(words(error))"
        }
    }

    private func isNews(_ status: JobStatus, of key: JobKey) -> Bool {
        switch status {
        case .submitted, .waiting: false
        case .running: if case .submitted = jobs[key]?.phase { true } else { false }
        case .ended, .preempted, .lost, .returned: true
        }
    }

    private func take(_ status: JobStatus, of key: JobKey) {
        guard let supervised = jobs[key], let at = supervised.atEngine else { return }
        if case .returned = status { return takeReturned(key) }
        if case .running(let since) = status, case .submitted = supervised.phase {
            jobs[key]?.phase = .running(at.job, at.handle)
            change(JobChange(key: key, state: .running, at: since ?? wallClock.now(), handle: at.handle))
        }
        let isStopped = stopping.contains(key.run)
        guard var end = JobEnd(status, isStopped: isStopped, now: wallClock.now()) else { return }
        if comesTooEarly(key, status) { return }
        if let doom = supervised.doom { end.spoil(doom) }
        leaveEngine(key)
        add(.settle(key, at.job, status, end))
    }
}

extension RunState {
    /// An engine has it, as far as the ledger knows.
    var isAtEngine: Bool { self == .submitted || self == .running }
}

extension JobKey {
    /// The same job's first attempt.
    package var first: JobKey { JobKey(run: run, step: step, split: split) }
}

extension LedgerJob {
    /// The job without what only its lifecycle knows: enough to find it at its engine.
    var bareJob: Job {
        let folder = record.key.folder
        return Job(
            key: record.key,
            folder: folder.isEmpty ? runFolder : runFolder + "/" + folder,
            resources: resources
        )
    }
}
