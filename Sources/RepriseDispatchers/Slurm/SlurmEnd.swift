import RepriseDispatch
import RepriseModel

/// What is known of a job that has not ended well as far as its own files tell.
struct SlurmEvidence: Hashable, Sendable {
    var job: Job
    var record: ExitRecord?
    var claim: SlurmJobFiles.Claim?
    /// As the script noted it.
    var limit: String?
    var exceededMemory = false
    /// The last thing that Slurm itself wrote about the job.
    var lastWords: String?
    /// When the script began.
    var start: Timestamp?
    /// Why Reprise took the job out of Slurm's queue.
    var verdict: String?
    /// It was submitted to come after others, and has not begun.
    var order: SlurmPrecedence?
    /// Where it was executed, in words, where that is not the job's folder here.
    var place: String?
}

/// Where a job stands, from what its files say and what Slurm says. Pure.
///
/// The job's own record comes first, with two exceptions: a job that Slurm ended left a record of the signal, but the reason
/// is Slurm's to tell; and Slurm calls a job failed that wrote down its success.
enum SlurmEnd {
    /// nil: not known yet, ask again.
    static func status(_ row: SlurmRow, _ evidence: SlurmEvidence, now: Timestamp) -> JobStatus? {
        if let record = evidence.record, record.isSuccess { return .ended(record, reason: nil) }
        if evidence.order?.isGivenBack(row) == true { return .returned }
        switch row.state {
        case .pending:
            guard evidence.claim != nil else { return .submitted }
            // What Slurm starts anew does nothing: the claim is taken.
            if row.restarts > 0 { return .preempted() }
            // The controller lost its last seconds, and does not know that the job began.
            if let record = evidence.record { return .ended(record, reason: evidence.limit) }
            return .running(since: evidence.start)
        case .running: return .running(since: evidence.start)
        case .preempted: return .preempted()
        case .nodeFailed:
            // Slurm may miss a node after a restart of its own, when the job has long ended by itself.
            if let record = evidence.record, record.signal == nil { return .ended(record, reason: evidence.limit) }
            return .lost(reason: row.node.isEmpty ? "its node failed" : "its node `\(row.node)` failed")
        case .timedOut:
            let limit = evidence.job.resources.time.map { Quantities.text(milliseconds: $0) } ?? "the cluster"
            return ended(row, evidence, signal: 15, now, reason: evidence.limit ?? "time limit of \(limit)")
        case .outOfMemory: return ended(row, evidence, signal: 9, now, reason: memoryReason(evidence))
        case .cancelled: return cancelled(row, evidence, now)
        case .completed: return completed(row, evidence)
        case .failed, .other: return failed(row, evidence, now)
        }
    }

    /// By a person, or by Slurm itself, which does not always say so by the job's state.
    private static func cancelled(_ row: SlurmRow, _ evidence: SlurmEvidence, _ now: Timestamp) -> JobStatus? {
        if let known = evidence.verdict ?? evidence.limit {
            return ended(row, evidence, signal: 15, now, reason: known)
        }
        let words = evidence.lastWords ?? ""
        if words.contains("DUE TO PREEMPTION") { return .preempted() }
        for (cause, state) in [("NODE FAILURE", SlurmState.nodeFailed), ("TIME LIMIT", .timedOut)]
        where words.contains("DUE TO " + cause) {
            var row = row
            row.state = state
            return status(row, evidence, now: now)
        }
        if evidence.exceededMemory { return ended(row, evidence, signal: 9, now, reason: memoryReason(evidence)) }
        let began = evidence.claim == nil && evidence.record == nil ? " before it began" : ""
        let reason =
            SlurmWaiting.ownCancelling(row.reason).map { "Slurm itself took it back: " + $0 }
            ?? "cancelled at Slurm" + (row.canceller.map { " by user \($0)" } ?? "") + began
        return ended(row, evidence, signal: 15, now, reason: reason)
    }

    private static func completed(_ row: SlurmRow, _ evidence: SlurmEvidence) -> JobStatus? {
        if let record = evidence.record { return .ended(record, reason: evidence.limit) }
        // It was started anew, and left alone what the first execution had claimed.
        return row.restarts > 0 && evidence.claim != nil ? .preempted() : nil
    }

    private static func failed(_ row: SlurmRow, _ evidence: SlurmEvidence, _ now: Timestamp) -> JobStatus? {
        if evidence.exceededMemory { return ended(row, evidence, signal: 9, now, reason: memoryReason(evidence)) }
        if let record = evidence.record { return .ended(record, reason: evidence.limit) }
        guard evidence.claim != nil else {
            let words = evidence.lastWords ?? (row.reason.isEmpty || row.reason == "None" ? "" : row.reason)
            let place = row.node.isEmpty ? "" : " on `\(row.node)`"
            return ended(row, evidence, signal: 9, now, reason: "could not begin\(place)" + after(words))
        }
        return ended(row, evidence, signal: 9, now, reason: evidence.limit)
    }

    /// By the job's own record, else by what Slurm has seen of its script.
    private static func ended(
        _ row: SlurmRow,
        _ evidence: SlurmEvidence,
        signal: Int,
        _ now: Timestamp,
        reason: String?
    ) -> JobStatus {
        let isOutOfMemory = row.state == .outOfMemory || evidence.exceededMemory
        if var record = evidence.record {
            record.outOfMemory = isOutOfMemory ? true : record.outOfMemory
            return .ended(record, reason: reason)
        }
        var record = ExitRecord(startedAt: evidence.start, endedAt: now)
        record.outOfMemory = isOutOfMemory ? true : nil
        let wait = row.wait ?? 0
        if wait & 127 != 0 {
            record.signal = wait & 127
        } else if wait >> 8 > 128 {
            record.signal = (wait >> 8) - 128
        } else if wait >> 8 > 0 {
            record.status = wait >> 8
        } else {
            record.signal = signal
        }
        return .ended(record, reason: reason)
    }

    private static func memoryReason(_ evidence: SlurmEvidence) -> String {
        let limit = evidence.job.resources.memory.map { " (memory limit of \(Quantities.text(bytes: $0)))" }
        return "out of memory" + (limit ?? "")
    }

    /// A job that Slurm does not know any more.
    static func forgotten(_ evidence: SlurmEvidence) -> JobStatus {
        if let record = evidence.record { return .ended(record, reason: evidence.limit) }
        if let verdict = evidence.verdict { return .ended(ExitRecord(signal: 15), reason: verdict) }
        let what = evidence.claim == nil ? "it was submitted, but never began" : "it left no exit record"
        return .lost(reason: what + ", and Slurm does not know it any more" + after(evidence.lastWords ?? ""))
    }

    /// A job that Slurm calls completed, and that left nothing however long one waits.
    static func unseen(_ row: SlurmRow, _ evidence: SlurmEvidence) -> JobStatus {
        if let place = evidence.place {
            return .lost(
                reason:
                    "Slurm says that it is complete, but it left no exit record in \(place): was the disk or quota full?"
                    + after(evidence.lastWords ?? "")
            )
        }
        let node = row.node.isEmpty ? "its node" : "`\(row.node)`"
        return .lost(
            reason: "Slurm says that it is complete, but no exit record is here: does \(node) see the folder "
                + "`\(evidence.job.folder)` as this machine does?" + after(evidence.lastWords ?? "")
        )
    }

    private static func after(_ words: String) -> String { words.isEmpty ? "" : ": " + words }

    /// Why a job in Slurm's queue will never begin, however long it waits; nil for one that may.
    static func hopelessness(_ row: SlurmRow, _ settings: SlurmSettings) -> String? {
        guard row.state == .pending else { return nil }
        let partition = settings.partition.map { "the partition `\($0)`" } ?? "its partition"
        return switch row.reason {
        case "PartitionTimeLimit": "asks for more time than \(partition) gives"
        // Said of a time limit, too, at first.
        case "PartitionNodeLimit", "PartitionConfig": "asks for more than \(partition) gives"
        case "BadConstraints": "asks for what no node of \(partition) has"
        case "InvalidAccount": "this user may not use the account that it names"
        case "InvalidQOS": "this user may not use the quality of service that it names"
        case "DependencyNeverSatisfied": "depends on a job that failed"
        default: SlurmLimits.hopelessness(row.reason, settings)
        }
    }
}
