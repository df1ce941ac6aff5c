import RepriseDispatch
import RepriseModel

/// What is known of a job that handed nothing back, as far as its own objects tell.
struct BatchEvidence: Hashable, Sendable {
    var job: Job
    /// When the script claimed the job.
    var start: Timestamp?
    /// Why the script could not begin, in its words.
    var trouble: String?
    /// The last line of the container's log.
    var lastWords: String?
    var isCancelled = false
    /// Why Reprise took the job out of the queue.
    var verdict: String?
}

/// How a job ended that AWS Batch calls over and that handed nothing back. Pure.
enum BatchEnd {
    static func status(_ row: BatchRow, _ evidence: BatchEvidence, now: Timestamp) -> JobStatus {
        let reason = row.reason
        func says(_ parts: String...) -> Bool { parts.contains { reason.contains($0) } }
        if says("Host EC2", "Spot", "spot interruption") { return .preempted() }
        if row.state == .succeeded {
            if evidence.start == nil {
                return .lost(reason: "AWS Batch says that it succeeded, but it never began" + after(evidence.lastWords))
            }
            return .lost(reason: "AWS Batch says that it succeeded, but nothing came back" + after(evidence.lastWords))
        }
        if let verdict = evidence.verdict { return ended(row, evidence, now, signal: 15, verdict) }
        if says("OutOfMemory") {
            let limit = evidence.job.resources.memory.map { " (memory limit of \(Quantities.text(bytes: $0)))" }
            return ended(row, evidence, now, signal: 9, "out of memory" + (limit ?? ""), isOutOfMemory: true)
        }
        if says("exceeded timeout", "duration exceeded") {
            let limit = evidence.job.resources.time.map { Quantities.text(milliseconds: $0) } ?? "AWS Batch"
            return ended(row, evidence, now, signal: 15, "time limit of \(limit)")
        }
        if let trouble = evidence.trouble {
            return ended(row, evidence, now, signal: 15, "could not begin: \(trouble)")
        }
        if evidence.isCancelled {
            let began = evidence.start == nil ? " before it began" : ""
            return ended(row, evidence, now, signal: evidence.start == nil ? 15 : 9, "cancelled at AWS Batch\(began)")
        }
        guard evidence.start != nil else {
            return ended(row, evidence, now, signal: 9, "could not begin: " + whyNot(row, evidence))
        }
        if !reason.isEmpty, !says("Essential container", "essential container") {
            return ended(row, evidence, now, signal: 9, "ended at AWS Batch: \(reason)")
        }
        return ended(row, evidence, now, signal: 9, evidence.lastWords.map { "it handed nothing back: \($0)" })
    }

    private static func whyNot(_ row: BatchRow, _ evidence: BatchEvidence) -> String {
        let said = row.reason.isEmpty || row.reason.hasPrefix("Essential container") ? nil : row.reason
        if let words = evidence.lastWords ?? said { return words }
        return "AWS Batch does not say why; can it pull `\(row.image ?? evidence.job.container?.image ?? "the image")`?"
    }

    private static func ended(
        _ row: BatchRow,
        _ evidence: BatchEvidence,
        _ now: Timestamp,
        signal: Int,
        _ reason: String?,
        isOutOfMemory: Bool = false
    ) -> JobStatus {
        var record = ExitRecord(startedAt: evidence.start, endedAt: row.end ?? now)
        record.outOfMemory = isOutOfMemory ? true : nil
        switch row.status {
        case let status? where status > 128: record.signal = status - 128
        case let status? where status > 0: record.status = status
        default: record.signal = signal
        }
        return .ended(record, reason: reason)
    }

    /// A job that AWS Batch does not know any more: it forgets them after a week.
    static func forgotten(_ evidence: BatchEvidence) -> JobStatus {
        let what = evidence.start == nil ? "it was submitted, but never began" : "it handed nothing back"
        return .lost(reason: what + ", and AWS Batch does not know it any more")
    }

    /// A job that has not claimed itself, with what AWS Batch says of it.
    static func waiting(_ row: BatchRow?) -> JobStatus {
        switch row?.state {
        case .pending: .waiting(reason: "AWS Batch has it, and waits for others")
        case .runnable:
            .waiting(reason: row.flatMap { $0.reason.isEmpty ? nil : $0.reason } ?? "waits for a machine of its queue")
        case .starting: .waiting(reason: "its machine fetches the image")
        case .submitted, .running, .succeeded, .failed, nil: .submitted
        }
    }

    /// Why a job that waits will never begin, however long it waits; nil for one that may.
    static func hopelessness(_ row: BatchRow) -> String? {
        guard row.state == .runnable, row.reason.hasPrefix("MISCONFIGURATION:") else { return nil }
        return "the queue can never execute it: " + row.reason.dropFirst("MISCONFIGURATION:".count)
    }

    private static func after(_ words: String?) -> String { words.map { ": " + $0 } ?? "" }
}
