import RepriseDispatch
import RepriseModel
import RepriseSystem

/// How jobs in containers end, whose client may be gone before them.
extension MachineJobs {
    func concludeContained(_ job: Job, usage: ChildUsage?, signal: Int?) async -> JobStatus {
        // A client that ended by itself has left nothing behind.
        let leavesFiles = containers?.leavesFiles(job) == true
        let isTidy = usage?.status != nil && usage?.status != 125 && signal == nil && !leavesFiles
        if let record = ExitFile.read(in: job.folder, folders.files) {
            if isTidy { return forget(job, ended(record, job)) }
            await containers?.remove(job)
            return hasLeftovers(job) ? .running(since: record.startedAt) : forget(job, ended(record, job))
        }
        var remains = JobRemains.nothing(reason: nil)
        if signal == nil { remains = await containers?.remains(of: job, ended: usage) ?? remains }
        if case .running(let script) = remains {
            if watch.watch(script) {
                keeper.follow(job.key, script)
                watch.wake()
                return .running(since: folders.claim(in: job.folder)?.time)
            }
            remains = .nothing(reason: nil)
        }
        if !isTidy { await containers?.remove(job) }
        if hasLeftovers(job) { return .running(since: nil) }
        // It may have been written while the engine was asked.
        if let record = ExitFile.read(in: job.folder, folders.files) { return forget(job, ended(record, job)) }
        return forget(job, unrecorded(job, remains, usage, signal))
    }

    private func forget(_ job: Job, _ status: JobStatus) -> JobStatus {
        keeper.forget(job.key)
        return status
    }

    /// Whether processes that served the container live on, such as one that mounts an image; begins to end them.
    private func hasLeftovers(_ job: Job) -> Bool {
        guard keeper.hasProcesses(job.key) else { return false }
        keeper.end(job.key, grace: .zero, because: nil)
        watch.wake()
        return true
    }

    /// How a job ended whose script left no record: as the engine says, else as its client ended.
    private func unrecorded(_ job: Job, _ remains: JobRemains, _ usage: ChildUsage?, _ signal: Int?) -> JobStatus {
        var record = ExitRecord(
            startedAt: folders.claim(in: job.folder)?.time,
            endedAt: folders.wallClock.now()
        )
        var words: String?
        if case .nothing(let reason, let status, let outOfMemory) = remains {
            words = reason
            record.outOfMemory = outOfMemory ? true : nil
            record.status = status.map { $0 > 128 && $0 <= 192 ? nil : $0 } ?? nil
            record.signal = status.flatMap { $0 > 128 && $0 <= 192 ? $0 - 128 : nil }
        }
        if let signal { record.signal = signal }
        if record.status == nil, record.signal == nil {
            record.status = usage?.status
            record.signal = usage?.signal
        }
        guard record.status != nil || record.signal != nil else {
            return .lost(reason: words ?? "it ended without an exit record: its container is gone")
        }
        // What ended well would have left a record.
        if record.status == 0 { record.status = 1 }
        try? ExitFile.write(record, in: job.folder, folders.files)
        return ended(record, job, otherwise: words)
    }
}
