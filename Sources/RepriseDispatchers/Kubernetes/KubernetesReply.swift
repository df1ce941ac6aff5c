import OrderedCollections
import RepriseModel
import RepriseSystem

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
        pod.grace = metadata["deletionGracePeriodSeconds"]?.integerValue ?? pod.grace
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

    /// `KIND NAME UID` in each line, as `kubectl create` is told to print: what Jobs are called by the cluster.
    static func created(_ text: String) -> [String: String] {
        var uids: [String: String] = [:]
        for (kind, name, uid) in rows(text) where kind == "Job" { uids[name] = uid }
        return uids
    }

    private static func rows(_ text: String) -> [(kind: String, name: String, uid: String)] {
        text.split(separator: "\n")
            .compactMap { line in
                let words = line.split(separator: " ").map(String.init)
                return words.count == 3 ? (words[0], words[1], words[2]) : nil
            }
    }

    /// The names of ConfigMaps and Secrets that are in the cluster after `kubectl create` said this, made or found there.
    static func belongings(_ text: String, errors: String) -> Set<String> {
        var names = Set(rows(text).filter { $0.kind != "Job" }.map(\.name))
        for line in errors.split(separator: "\n") where line.contains("AlreadyExists") {
            // `Error from server (AlreadyExists): error when creating "STDIN": configmaps "NAME" already exists`
            guard let kind = line.firstRange(of: "configmaps \"") ?? line.firstRange(of: "secrets \"") else { continue }
            if let name = line[kind.upperBound...].split(separator: "\"").first { names.insert(String(name)) }
        }
        return names
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
