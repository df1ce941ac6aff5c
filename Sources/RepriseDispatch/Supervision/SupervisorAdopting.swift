import RepriseModel

/// Taking charge of what an earlier supervisor left at the engines.
extension Supervisor {
    /// What it handed over without writing it down: it may have died in between.
    ///
    /// Engines elsewhere may be away for hours. Their jobs wait until it is known; those of others do not.
    func findSubmitted(_ open: [LedgerJob]) async throws -> [JobKey: JobHandle] {
        var handles: [JobKey: JobHandle] = [:]
        let unknown = open.filter {
            targets[$0.target] != nil && !$0.record.state.isEnded && $0.record.handle == nil
        }
        for jobs in Dictionary(grouping: unknown, by: { located($0).place }).values {
            // What cannot be handed over any more was not handed over so either.
            guard let dispatcher = jobs.first.flatMap({ try? dispatcher(of: located($0)) }) else { continue }
            guard type(of: dispatcher).capabilities.queues else {
                handles.merge(try await dispatcher.find(jobs.map(\.bareJob))) { first, _ in first }
                continue
            }
            if let target = jobs.first?.target { finding[target, default: 0] += 1 }
            for job in jobs { self.jobs[job.record.key] = SupervisedJob(job: job, phase: .starting) }
            add(.find(jobs, dispatcher))
        }
        return handles
    }

    /// Finds out which of these jobs an engine has, however long it does not answer.
    func find(_ unknown: [LedgerJob], _ dispatcher: any Dispatcher) async {
        guard let found = try? await findDoubtful(unknown.map(\.bareJob), dispatcher) else { return }
        for job in unknown {
            let key = job.record.key
            let doom = jobs.removeValue(forKey: key)?.doom
            await place(job, found: found[key])
            if let doom { self.doom(key, doom) }
            if stopping.contains(key.run) { stopJob(key) }
            // Its needs may have moved before it was here to follow them.
            for step in job.needs { noteMove(JobKey(run: key.run, step: step)) }
        }
        takeBackStale()
        guard let target = unknown.first?.target else { return }
        finding[target] = finding[target].flatMap { $0 > 1 ? $0 - 1 : nil }
        await query(target)
    }

    /// Queues a job, or goes on with one that an engine has.
    func place(_ job: LedgerJob, found: JobHandle?) async {
        guard let target = targets[job.target] else {
            if job.record.state.isAtEngine {
                return tell(.trouble("\(job.record.key) runs on `\(job.target)`, which is not known here"))
            }
            return arrange(job)
        }
        guard let handle = job.record.handle.map(JobHandle.init) ?? found else { return arrange(job) }
        let job = located(job)
        // A credential that is gone, or a snapshot that is damaged, must not hide a job that runs.
        let adopted = (try? await lifecycle.adopt(job)) ?? job.bareJob
        let dispatcher = (try? dispatcher(of: job)) ?? target.dispatcher
        scheduler.adopt(job, holdings: await dispatcher.holdings(of: adopted))
        let isKnown = job.record.state == .running
        jobs[job.record.key] = SupervisedJob(
            job: job,
            phase: isKnown ? .running(adopted, handle) : .submitted(adopted, handle)
        )
        atEngine.insert(job.record.key)
        noteMove(job.record.key)
        follow(needs.place(job))
        if !job.record.state.isAtEngine { noteSubmission(job, handle, target) }
    }

    /// With what was set for its target when an engine got it, if one did.
    private func located(_ job: LedgerJob) -> LedgerJob {
        var job = job
        job.handed = source?.handed(job)
        return job
    }
}
