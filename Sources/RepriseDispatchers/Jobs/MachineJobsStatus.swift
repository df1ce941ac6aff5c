import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Where jobs stand, and how they ended.
extension MachineJobs {
    func status(of jobs: [Job]) async throws -> [JobKey: JobStatus] {
        var statuses: [JobKey: JobStatus] = [:]
        var ended: [Job] = []
        for job in jobs {
            switch keeper.standing(of: job.key) {
            case .alive: statuses[job.key] = .running(since: nil)
            case .ended, .unknown: ended.append(job)
            }
        }
        // Some of them may have to ask an engine.
        try await withThrowingTaskGroup(of: (JobKey, JobStatus).self) { group in
            var waiting = ended[...]
            func addNext() {
                guard let job = waiting.popFirst() else { return }
                group.addTask { (job.key, try await self.look(at: job)) }
            }
            for _ in 0..<4 { addNext() }
            while let (key, status) = try await group.next() {
                statuses[key] = status
                addNext()
            }
        }
        return statuses
    }

    private func look(at job: Job) async throws -> JobStatus {
        switch keeper.standing(of: job.key) {
        case .alive: .running(since: nil)
        case .ended(let usage, let signal): await conclude(job, usage: usage, signal: signal)
        case .unknown: try await adopt(job)
        }
    }

    /// Takes charge of a job that another process submitted.
    func adopt(_ job: Job) async throws -> JobStatus {
        let isContained = folders.isContained(job)
        if let record = ExitFile.read(in: job.folder, folders.files) {
            if isContained { await containers?.remove(job, isSudden: false) }
            return ended(record, job)
        }
        let execution = folders.execution(in: job.folder)
        let hasLock = try folders.isInFlight(job.folder)
        let leads = execution.map { folders.isLeader($0.process, of: job) } == true
        guard hasLock || leads || (isContained && execution != nil) else {
            if let record = ExitFile.read(in: job.folder, folders.files) { return ended(record, job) }
            let what = execution == nil ? "it was submitted, but never started" : "it ended without an exit record"
            return .lost(reason: what + ": its processes were killed, or the machine was restarted")
        }
        guard let execution, execution.process > 0 else { return .submitted }
        let facts = ProcessTable().facts(of: execution.process)
        keeper.add(job, process: execution.process, isChild: false, started: leads ? facts?.started : nil)
        if !leads || !watch.watch(execution.process) { keeper.processEnded(execution.process) }
        if isContained, !leads {
            let status = await conclude(job, usage: nil, signal: nil)
            guard case .running = status else { return status }
        }
        if let limit = folders.limit(in: job.folder) { keeper.end(job.key, grace: .zero, because: limit) }
        watch.wake()
        return .running(since: execution.started)
    }

    private func conclude(_ job: Job, usage: ChildUsage?, signal: Int?) async -> JobStatus {
        if folders.isContained(job) { return await concludeContained(job, usage: usage, signal: signal) }
        let execution = folders.execution(in: job.folder)
        if var record = ExitFile.read(in: job.folder, folders.files) {
            keeper.forget(job.key)
            record.peakMemory = record.peakMemory ?? usage?.peakMemory
            return ended(record, job)
        }
        if signal == nil, (try? folders.isInFlight(job.folder)) == true {
            // The script was killed, but not what it had started.
            keeper.end(job.key, grace: .zero, because: nil)
            watch.wake()
            return .running(since: execution?.started)
        }
        keeper.forget(job.key)
        guard let cause = folders.unrecordedEnd(execution, usage: usage, signal: signal) else {
            return .lost(reason: "it ended without an exit record: its processes were killed")
        }
        // A disk that takes no exit record leaves this process's word for it.
        try? ExitFile.write(cause, in: job.folder, folders.files)
        let claim = execution == nil ? "`run.sh` could not begin: see stderr.log" : nil
        return ended(cause, job, otherwise: claim)
    }

    func ended(_ record: ExitRecord, _ job: Job, otherwise: String? = nil) -> JobStatus {
        var record = record
        let limit = folders.limit(in: job.folder)
        if limit?.hasPrefix(JobMemoryGroup.reason) == true { record.outOfMemory = true }
        let memory = record.outOfMemory == true ? JobMemoryGroup.reason(job.resources.memory) : nil
        return .ended(record, reason: limit ?? memory ?? otherwise)
    }
}
