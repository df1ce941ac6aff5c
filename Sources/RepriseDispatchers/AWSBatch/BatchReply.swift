import OrderedCollections
import RepriseModel

/// A job as AWS Batch tells of it.
struct BatchRow: Hashable, Sendable {
    enum State: String, Hashable, Sendable {
        case submitted = "SUBMITTED"
        case pending = "PENDING"
        case runnable = "RUNNABLE"
        case starting = "STARTING"
        case running = "RUNNING"
        case succeeded = "SUCCEEDED"
        case failed = "FAILED"

        var isEnd: Bool { self == .succeeded || self == .failed }
    }

    var id: String
    var name: String
    /// nil for one that this version does not know.
    var state: State?
    /// Why the job waits or how it ended, in its words: of the job, then of its container.
    var reason: String
    var status: Int?
    var log: String?
    var image: String?
    var start: Timestamp?
    var end: Timestamp?
}

/// What `aws` prints, taken apart.
enum BatchReply {
    static func jobs(_ value: Value) -> [BatchRow] {
        let map = value.mapValue ?? [:]
        return (map["jobs"] ?? map["jobSummaryList"])?.listValue?.compactMap(row) ?? []
    }

    private static func row(_ value: Value) -> BatchRow? {
        guard let map = value.mapValue, let id = map["jobId"]?.stringValue else { return nil }
        let container = map["container"]?.mapValue ?? [:]
        let last = map["attempts"]?.listValue?.last?.mapValue?["container"]?.mapValue ?? [:]
        func text(_ name: String) -> String? { container[name]?.stringValue ?? last[name]?.stringValue }
        let reasons = [map["statusReason"]?.stringValue, text("reason")].compactMap { $0 }.filter { !$0.isEmpty }
        return BatchRow(
            id: id,
            name: map["jobName"]?.stringValue ?? "",
            state: map["status"]?.stringValue.flatMap(BatchRow.State.init),
            reason: reasons.joined(separator: ": "),
            status: (container["exitCode"] ?? last["exitCode"])?.integerValue.map { Int($0) },
            log: text("logStreamName"),
            image: text("image"),
            start: moment(map["startedAt"]),
            end: moment(map["stoppedAt"])
        )
    }

    private static func moment(_ value: Value?) -> Timestamp? {
        value?.integerValue.flatMap { $0 > 0 ? Timestamp(milliseconds: $0) : nil }
    }

    /// The id of a submission, or of the job of that name that is no part of an array.
    static func submitted(_ value: Value) -> String? { value.mapValue?["jobId"]?.stringValue }

    /// The newest definition that may be used.
    static func definition(_ value: Value) -> Mapping? {
        let all = value.mapValue?["jobDefinitions"]?.listValue?.compactMap(\.mapValue) ?? []
        return all.filter { ($0["status"]?.stringValue ?? "ACTIVE") == "ACTIVE" }
            .max { ($0["revision"]?.integerValue ?? 0) < ($1["revision"]?.integerValue ?? 0) }
    }

    static func queues(_ value: Value) -> [BatchQueue] {
        value.mapValue?["jobQueues"]?.listValue?.compactMap(\.mapValue)
            .map { map in
                BatchQueue(
                    name: map["jobQueueName"]?.stringValue ?? "",
                    isEnabled: map["state"]?.stringValue == "ENABLED",
                    isValid: map["status"]?.stringValue ?? "VALID" == "VALID",
                    environments: map["computeEnvironmentOrder"]?.listValue?
                        .compactMap { $0.mapValue?["computeEnvironment"]?.stringValue } ?? []
                )
            } ?? []
    }

    /// The last lines of a job's log.
    static func log(_ value: Value) -> [String] {
        value.mapValue?["events"]?.listValue?.compactMap { $0.mapValue?["message"]?.stringValue } ?? []
    }
}

struct BatchQueue: Hashable, Sendable, CustomStringConvertible {
    var name: String
    var isEnabled: Bool
    var isValid: Bool
    var environments: [String]

    var description: String {
        let names = environments.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
        return "job queue `\(name)`" + (names.isEmpty ? "" : " on " + names.joined(separator: ", "))
    }
}
