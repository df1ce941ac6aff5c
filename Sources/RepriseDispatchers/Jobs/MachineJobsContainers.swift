import RepriseDispatch
import RepriseModel
import RepriseSystem

/// How jobs in containers end, whose client may be gone before them.
extension MachineJobs {
    func concludeContained(_ job: Job, usage: ChildUsage?, signal: Int?) async -> JobStatus {
        if let record = ExitFile.read(in: job.folder, folders.files) {
            if signal == nil, Self.hasLeftNothing(usage, record), containers?.leavesFiles(job) != true {
                return forget(job, ended(record, job))
            }
            await containers?.remove(job, isSudden: usage?.status == nil)
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
        await containers?.remove(job, isSudden: usage?.status == nil)
        if hasLeftovers(job) { return .running(since: nil) }
        // It may have been written while the engine was asked.
        if let record = ExitFile.read(in: job.folder, folders.files) { return forget(job, ended(record, job)) }
        return forget(job, unrecorded(job, remains, usage, signal))
    }

    /// A client that hands on the script's own status has seen the container's end and removed it. One that lost sight of
    /// it ends with one of these three.
    private static func hasLeftNothing(_ usage: ChildUsage?, _ record: ExitRecord) -> Bool {
        guard let status = usage?.status, !isEnginesOwn(status) else { return false }
        return status == record.status ?? record.signal.map { $0 + 128 }
    }

    private static func isEnginesOwn(_ status: Int) -> Bool { (125...127).contains(status) }

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
            let hasBegun = record.startedAt != nil
            record.status = usage?.status.flatMap { hasBegun && Self.isEnginesOwn($0) ? nil : $0 }
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
