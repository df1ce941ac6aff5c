import OrderedCollections
import RepriseModel
import RepriseSystem

/// The requests that AWS Batch is sent, as `aws … --cli-input-json` takes them. Pure.
enum BatchRequests {
    /// What executes jobs in one image. Equal contents have an equal name, so that it is registered once.
    ///
    /// `base` holds the container properties of a definition that the site names.
    static func definition(
        image: String,
        _ settings: BatchSettings,
        base: Mapping = [:],
        platform: [Value] = []
    ) -> Value {
        var container = base
        for name in ["vcpus", "memory"] { container[name] = nil }
        container["image"] = .string(image)
        container["command"] = ["/bin/sh", "-c", .string(BatchScriptParts.bootstrap)]
        container["resourceRequirements"] = requirements(Resources(), isDefinition: true)
        if let role = settings.jobRole { container["jobRoleArn"] = .string(role) }
        if let role = settings.executionRole { container["executionRoleArn"] = .string(role) }
        let digest = SHA256Hasher.digest(of: Value.map(container).canonical.jsonBytes())
        var request: Mapping = [
            "jobDefinitionName": .string("reprise-" + digest.description.prefix(24)), "type": "container",
            "containerProperties": .map(container),
            // What is executed again is decided here.
            "retryStrategy": ["attempts": 1],
        ]
        if !platform.isEmpty { request["platformCapabilities"] = .list(platform) }
        return .map(request)
    }

    static func name(ofDefinition request: Value) -> String {
        request.mapValue?["jobDefinitionName"]?.stringValue ?? ""
    }

    /// A job, or an array of them. `definition` is a name or an ARN.
    static func submission(
        _ batch: BatchBatch,
        definition: String,
        start: String,
        halves: String?,
        _ settings: BatchSettings
    )
        -> Value
    {
        var environment: [Value] = [["name": "REPRISE_START", "value": .string(start)]]
        if let halves { environment.append(["name": .string(SlurmSecrets.variable), "value": .string(halves)]) }
        var request: Mapping = [
            "jobName": .string(batch.name), "jobQueue": .string(settings.queue ?? ""),
            "jobDefinition": .string(definition),
        ]
        if batch.isArray { request["arrayProperties"] = ["size": .integer(Int64(batch.entries.count))] }
        request["containerOverrides"] = [
            "resourceRequirements": requirements(batch.resources, isDefinition: false),
            "environment": .list(environment),
        ]
        if let time = batch.resources.time {
            // The script keeps the limit; this is for one that cannot.
            request["timeout"] = ["attemptDurationSeconds": .integer(max(60, (time + 999) / 1000 + 600))]
        }
        return .map(request)
    }

    private static func requirements(_ resources: Resources, isDefinition: Bool) -> Value {
        var list: [Value] = []
        func add(_ type: String, _ value: Int64) {
            list.append(["type": .string(type), "value": .string(String(value))])
        }
        if isDefinition || resources.cpus != nil { add("VCPU", Int64(max(1, resources.cpus ?? 1))) }
        if isDefinition || resources.memory != nil {
            add("MEMORY", max(4, ((resources.memory ?? 2 << 30) + 1_048_575) >> 20))
        }
        if let gpus = resources.gpus, gpus > 0 { add("GPU", Int64(gpus)) }
        return .list(list)
    }
}

/// Jobs that are handed over as one: a single job, or an array of jobs that ask for the same.
struct BatchBatch: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        /// `JobKey` as text.
        var key: String
        var run: String
        /// The job's folder below the run's; empty for the run's own.
        var below: String
    }

    /// The name that AWS Batch is asked for.
    var name: String
    var entries: [Entry]
    var image: String
    var resources: Resources
    var hasSecrets: Bool
    /// The name of the code archive.
    var code: String?
    /// Names of data items → of their contents.
    var data: [Item] = []

    struct Item: Hashable, Sendable {
        var name: String
        var content: String
        var isFolder: Bool
    }

    var isArray: Bool { entries.count > 1 }

    /// The most that are handed over as one: each has its own addresses in the script that all read.
    static let most = 100
}
