import RepriseDispatch
import RepriseModel

/// What is known of a job that has not ended well as far as its own files tell.
struct KubernetesEvidence: Hashable, Sendable {
    var job: Job
    var record: ExitRecord?
    /// When its script began.
    var start: Timestamp?
    /// As its container noted it.
    var limit: String?
    /// The pod that executes it; nil as long as nobody knows.
    var claim: String?
    var row: KubernetesJob?
    /// Oldest first.
    var pods: [KubernetesPod] = []
    /// Its files come here only when it has ended.
    var isCarried = false
    /// Why Reprise took the job back.
    var verdict: String?
    /// Its pod should have ended long ago, and its node does not do it.
    var isSilent = false

    /// The one that executes it, as far as it is known.
    var pod: KubernetesPod? { claim == nil ? pods.first : pods.first { $0.name == claim } }
}

/// Where a job stands, from what its files say and what the cluster says. Pure.
enum KubernetesEnd {
    /// nil: not known yet, ask again.
    static func status(_ evidence: KubernetesEvidence, now: Timestamp) -> JobStatus? {
        if let record = evidence.record, record.isSuccess { return .ended(record, reason: nil) }
        if evidence.row == nil, let verdict = evidence.verdict {
            return .ended(signal(15, evidence, now), reason: verdict)
        }
        guard let pod = evidence.pod else { return withoutPod(evidence, now) }
        if pod.isOver || pod.termination != nil { return over(pod, evidence, now) }
        if evidence.isSilent { return silent(pod, evidence, now) }
        if case .running(let since)? = pod.main {
            // Its pod tells in a moment how it ended.
            return evidence.record == nil ? .running(since: evidence.start ?? since) : nil
        }
        return evidence.claim == nil ? .submitted : .running(since: evidence.start)
    }

    private static func withoutPod(_ evidence: KubernetesEvidence, _ now: Timestamp) -> JobStatus? {
        guard let row = evidence.row else { return gone(evidence, now) }
        // The pod that began it is gone, and another takes its place.
        if let claim = evidence.claim, row.failure == nil { return .preempted(reason: "its pod `\(claim)` is gone") }
        if let failure = row.failure {
            let reason = failure == "DeadlineExceeded" ? "the cluster's own deadline" : row.failureMessage ?? failure
            return .ended(evidence.record ?? signal(15, evidence, now), reason: evidence.limit ?? reason)
        }
        return evidence.record.map { .ended($0, reason: evidence.limit) } ?? .submitted
    }

    /// A job whose node is gone, as far as anybody can tell.
    private static func silent(_ pod: KubernetesPod, _ evidence: KubernetesEvidence, _ now: Timestamp) -> JobStatus {
        guard evidence.row != nil else { return gone(evidence, now) }
        if let record = evidence.record, record.signal == nil || evidence.limit != nil {
            return .ended(record, reason: evidence.limit)
        }
        return .preempted(reason: "its node `\(pod.node ?? "")` does not answer")
    }

    /// A job that the cluster does not have any more, though it was given it.
    private static func gone(_ evidence: KubernetesEvidence, _ now: Timestamp) -> JobStatus {
        let began = evidence.claim == nil && evidence.record == nil ? " before it began" : ""
        let reason = evidence.limit ?? "deleted from the cluster" + began
        guard let record = evidence.record else { return .ended(signal(15, evidence, now), reason: reason) }
        return .ended(record, reason: record.signal == nil ? evidence.limit : reason)
    }

    // MARK: A pod that is over

    /// What a pod's own reason is where the cluster needed its place.
    private static let displaced: Set<String> = [
        "Preempting", "Preempted", "Shutdown", "NodeShutdown", "Terminated", "NodeLost", "OutOfcpu", "OutOfmemory",
        "OutOfpods", "NodeAffinity", "UnexpectedAdmissionError",
    ]

    private static func over(_ pod: KubernetesPod, _ evidence: KubernetesEvidence, _ now: Timestamp) -> JobStatus? {
        let isOutOfMemory = evidence.record?.outOfMemory == true || pod.termination?.reason == "OOMKilled"
        if isOutOfMemory {
            var record = evidence.record ?? ending(pod, evidence, now)
            record.outOfMemory = true
            return .ended(record, reason: memoryReason(evidence))
        }
        if pod.reason == "Evicted" {
            let words = pod.message ?? ""
            // What the job itself has used up is its own mistake.
            let isOwn = words.contains("exceeds") || words.contains("exceeded")
            let reason = "evicted" + after(trimmed(words))
            return isOwn ? .ended(ending(pod, evidence, now), reason: reason) : .preempted(reason: reason)
        }
        if let word = pod.disruption ?? pod.reason, pod.disruption != nil || displaced.contains(word) {
            return .preempted(reason: "\(word) on `\(pod.node ?? "")`" + after(trimmed(pod.message ?? "")))
        }
        if pod.reason == "DeadlineExceeded" || evidence.row?.failure == "DeadlineExceeded" {
            let record = evidence.record ?? ending(pod, evidence, now)
            return .ended(record, reason: evidence.limit ?? "the cluster's own deadline")
        }
        let wasDeleted = pod.deleted != nil && evidence.limit == nil
        if wasDeleted, let row = evidence.row, row.deleted == nil,
            evidence.record?.signal != nil || evidence.record == nil
        {
            return .preempted(reason: "its pod `\(pod.name)` was deleted")
        }
        if let record = evidence.record {
            let wasTaken = wasDeleted && record.signal != nil
            return .ended(record, reason: evidence.limit ?? (wasTaken ? "deleted from the cluster" : nil))
        }
        // What ended well began well, though nothing of it came here.
        let mayHaveFailed = evidence.isCarried && evidence.start == nil && pod.termination?.status != 0
        guard evidence.claim == nil || mayHaveFailed else { return nil }
        let words = pod.termination?.message ?? pod.termination?.reason ?? pod.message ?? pod.reason ?? ""
        return .ended(ending(pod, evidence, now), reason: "could not begin" + after(trimmed(words)))
    }

    private static func ending(_ pod: KubernetesPod, _ evidence: KubernetesEvidence, _ now: Timestamp) -> ExitRecord {
        guard let termination = pod.termination else { return signal(9, evidence, now) }
        var record = ExitRecord(startedAt: evidence.start ?? termination.started, endedAt: termination.ended ?? now)
        if let signal = termination.signal, signal > 0 {
            record.signal = signal
        } else if (129...192).contains(termination.status) {
            record.signal = termination.status - 128
        } else {
            record.status = termination.status == 0 ? 1 : termination.status
        }
        return record
    }

    private static func signal(_ signal: Int, _ evidence: KubernetesEvidence, _ now: Timestamp) -> ExitRecord {
        ExitRecord(signal: signal, startedAt: evidence.start, endedAt: now)
    }

    private static func memoryReason(_ evidence: KubernetesEvidence) -> String {
        let limit = evidence.job.resources.memory.map { " (memory limit of \(Quantities.text(bytes: $0)))" }
        return "out of memory" + (limit ?? "")
    }

    /// A job whose pod has ended, and that left nothing however long one waits.
    static func unseen(_ evidence: KubernetesEvidence, volume: String?) -> JobStatus {
        let node = evidence.pods.last?.node.map { " on `\($0)`" } ?? ""
        let hint =
            volume.map { ": is `\($0)` here the root of the claim that its pod mounts there?" }
            ?? ": what a job left waits for the target's `keep`, and nobody fetched it"
        return .lost(reason: "its pod\(node) has ended, but no exit record came" + hint)
    }

    static func trimmed(_ words: String) -> String {
        let line = words.split(whereSeparator: \.isNewline).suffix(3).joined(separator: "; ")
        return line.count > 300 ? line.prefix(300) + "…" : line
    }

    private static func after(_ words: String) -> String { words.isEmpty ? "" : ": " + words }
}
