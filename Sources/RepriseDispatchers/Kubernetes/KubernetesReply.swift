import OrderedCollections
import RepriseModel
import RepriseSystem

/// What the cluster says of one pod.
struct KubernetesPod: Hashable, Sendable {
    var name: String
    /// The name of its Job.
    var job: String
    var phase: String
    /// Why the pod as a whole ended, such as `Evicted`.
    var reason: String?
    var message: String?
    var node: String?
    var created: Timestamp?
    /// When somebody asked for its end; nil where nobody did.
    var deleted: Timestamp?
    /// Why the scheduler has no node for it.
    var unschedulable: String?
    /// What took the pod away, where the cluster tells: `PreemptionByScheduler`, `EvictionByEvictionAPI`.
    var disruption: String?
    /// The job's container.
    var main: Container?
    /// What keeps the files, where they are carried.
    var keeper: Container?

    /// Where a container stands.
    enum Container: Hashable, Sendable {
        case waiting(reason: String, message: String?)
        case running(since: Timestamp?)
        case terminated(Termination)
    }

    struct Termination: Hashable, Sendable {
        var status: Int
        var signal: Int?
        var reason: String?
        var message: String?
        var started: Timestamp?
        var ended: Timestamp?
    }

    var isOver: Bool { phase == "Succeeded" || phase == "Failed" }
    var termination: Termination? { if case .terminated(let termination)? = main { termination } else { nil } }
    var isRunning: Bool { if case .running? = main { true } else { false } }
}

/// What the cluster says of one Job.
struct KubernetesJob: Hashable, Sendable {
    var name: String
    var uid: String
    var created: Timestamp?
    /// The condition that ended it, such as `DeadlineExceeded`.
    var failure: String?
    var failureMessage: String?
    var isComplete = false
    var deleted: Timestamp?
}

/// Everything that one question answered.
struct KubernetesState: Hashable, Sendable {
    var jobs: [String: KubernetesJob] = [:]
    /// By the name of their Job, oldest first.
    var pods: [String: [KubernetesPod]] = [:]
}

/// What `kubectl` prints.
enum KubernetesReply {
    /// A list of Jobs and Pods, as JSON.
    static func state(_ bytes: [UInt8]) throws -> KubernetesState {
        var state = KubernetesState()
        for item in try Value(json: bytes[...])[path: "items"]?.listValue ?? [] {
            switch item["kind"]?.stringValue {
            case "Job": if let job = job(item) { state.jobs[job.name] = job }
            case "Pod": if let pod = pod(item) { state.pods[pod.job, default: []].append(pod) }
            default: break
            }
        }
        for name in state.pods.keys {
            state.pods[name]?
                .sort {
                    ($0.created ?? Timestamp(milliseconds: 0), $0.name) < (
                        $1.created ?? Timestamp(milliseconds: 0), $1.name
                    )
                }
        }
        return state
    }

    private static func job(_ item: Value) -> KubernetesJob? {
        guard let metadata = item["metadata"], let name = metadata["name"]?.stringValue else { return nil }
        var job = KubernetesJob(name: name, uid: metadata["uid"]?.stringValue ?? "")
        job.created = time(metadata["creationTimestamp"])
        job.deleted = time(metadata["deletionTimestamp"])
        for condition in item[path: "status.conditions"]?.listValue ?? [] where condition["status"] == "True" {
            switch condition["type"]?.stringValue {
            case "Complete": job.isComplete = true
            case "Failed":
                job.failure = condition["reason"]?.stringValue ?? "Failed"
                job.failureMessage = condition["message"]?.stringValue
            default: break
            }
        }
        return job
    }

    private static func pod(_ item: Value) -> KubernetesPod? {
        guard let metadata = item["metadata"], let name = metadata["name"]?.stringValue,
            let job = metadata["labels"]?["job-name"] ?? metadata["labels"]?["batch.kubernetes.io/job-name"],
            let status = item["status"]
        else { return nil }
        var pod = KubernetesPod(
            name: name,
            job: job.stringValue ?? "",
            phase: status["phase"]?.stringValue ?? "Pending"
        )
        pod.reason = status["reason"]?.stringValue
        pod.message = status["message"]?.stringValue
        pod.node = item[path: "spec.nodeName"]?.stringValue
        pod.created = time(metadata["creationTimestamp"])
        pod.deleted = time(metadata["deletionTimestamp"])
        for condition in status["conditions"]?.listValue ?? [] {
            switch (condition["type"]?.stringValue, condition["status"]?.stringValue) {
            case ("PodScheduled", "False"): pod.unschedulable = condition["message"]?.stringValue ?? "unschedulable"
            case ("DisruptionTarget", "True"): pod.disruption = condition["reason"]?.stringValue ?? "disrupted"
            default: break
            }
        }
        for status in status["containerStatuses"]?.listValue ?? [] {
            let state = status["state"].flatMap(container)
            if status["name"] == "main" { pod.main = state }
            if status["name"] == "keeper" { pod.keeper = state }
        }
        return pod
    }

    private static func container(_ state: Value) -> KubernetesPod.Container? {
        if let waiting = state["waiting"] {
            return .waiting(
                reason: waiting["reason"]?.stringValue ?? "",
                message: waiting["message"]?.stringValue
            )
        }
        if let running = state["running"] { return .running(since: time(running["startedAt"])) }
        guard let terminated = state["terminated"] else { return nil }
        return .terminated(
            KubernetesPod.Termination(
                status: terminated["exitCode"]?.integerValue.map { Int($0) } ?? 1,
                signal: terminated["signal"]?.integerValue.map { Int($0) },
                reason: terminated["reason"]?.stringValue,
                message: terminated["message"]?.stringValue,
                started: time(terminated["startedAt"]),
                ended: time(terminated["finishedAt"])
            )
        )
    }

    private static func time(_ value: Value?) -> Timestamp? { value?.stringValue.flatMap { Timestamp($0) } }

    /// `KIND NAME UID` in each line, as `kubectl create` is told to print.
    static func created(_ text: String) -> [String: String] {
        var uids: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words.count == 3, words[0] == "Job" { uids[words[1]] = words[2] }
        }
        return uids
    }

    /// The messages of events, by the name of the object that they are about; the latest of each.
    static func events(_ bytes: [UInt8]) throws -> [String: [String]] {
        var messages: [String: [String]] = [:]
        for item in try Value(json: bytes[...])[path: "items"]?.listValue ?? [] {
            guard let name = item[path: "involvedObject.name"]?.stringValue,
                let message = item["message"]?.stringValue
            else { continue }
            messages[name, default: []].append(message)
        }
        return messages
    }
}

extension Value {
    /// A member of a map.
    subscript(name: String) -> Value? { mapValue?[name] }
}

extension KubernetesReply {
    /// What each node has for jobs that takes new ones.
    static func nodes(_ bytes: [UInt8], gpuResource: String) throws -> [KubernetesCapacity] {
        try (Value(json: bytes[...])[path: "items"]?.listValue ?? [])
            .compactMap { item in
                guard item[path: "spec.unschedulable"]?.boolValue != true,
                    let amounts = item[path: "status.allocatable"]
                else { return nil }
                func thousandths(_ name: String) -> Int64 {
                    amounts[name]?.stringValue.flatMap { KubernetesQuota.thousandths($0) }.map { Int64($0) } ?? 0
                }
                return KubernetesCapacity(
                    processors: thousandths("cpu"),
                    memory: thousandths("memory") / 1000,
                    gpus: thousandths(gpuResource) / 1000
                )
            }
    }
}

extension KubernetesCommands {
    /// What the nodes have; throws where this user may not see them.
    func nodes() async throws -> [KubernetesCapacity] {
        try KubernetesReply.nodes(
            try await succeed(["get", "nodes", "--output=json"]).output,
            gpuResource: settings.gpuResource
        )
    }
}
