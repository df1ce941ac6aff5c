import OrderedCollections
import RepriseModel

/// Where a queue executes jobs: machines that AWS Batch starts and ends, or that somebody else did.
struct BatchEnvironment: Hashable, Sendable {
    var name: String
    var isEnabled: Bool
    var isValid: Bool
    /// Why it is as it is, in the words of AWS Batch.
    var reason: String
    var isFargate: Bool
    /// The processors of all of its machines together; nil where AWS Batch keeps no such number.
    var processors: Int?
    /// Kinds of machines, such as `m5.large`, and families of them, such as `m5`; empty where it chooses freely.
    var machines: [String]

    /// What `aws ec2` finds its kinds of machines by; nil where any may come. A family has a number, unlike `optimal`.
    var patterns: [String]? {
        guard !isFargate, !machines.isEmpty, machines.allSatisfy({ $0.contains { $0.isNumber } }) else { return nil }
        return machines.map { $0.contains(".") ? $0 : $0 + ".*" }
    }

    var takesJobs: Bool { isEnabled && isValid }
}

/// What one kind of machine has.
struct BatchMachine: Hashable, Sendable {
    var name: String
    var processors: Int
    /// Mebibytes.
    var memory: Int64
    var gpus: Int

    func holds(_ demand: Resources) -> Bool {
        demand.cpus ?? 1 <= processors && demand.mebibytes ?? 0 <= memory && demand.gpus ?? 0 <= gpus
    }

    /// `4 processors, 16 GiB of memory and 1 GPU`
    var words: String {
        let devices = gpus == 0 ? "no GPU" : "\(gpus) GPU\(gpus == 1 ? "" : "s")"
        let count = "\(processors) processor\(processors == 1 ? "" : "s")"
        return "\(count), \(Quantities.text(bytes: memory << 20)) of memory and \(devices)"
    }
}

extension Resources {
    fileprivate var mebibytes: Int64? { memory.map { ($0 + 1_048_575) >> 20 } }
}

extension BatchReply {
    static func environments(_ value: Value) -> [BatchEnvironment] {
        value.mapValue?["computeEnvironments"]?.listValue?.compactMap(\.mapValue)
            .map { map in
                let resources = map["computeResources"]?.mapValue ?? [:]
                return BatchEnvironment(
                    name: map["computeEnvironmentName"]?.stringValue ?? "",
                    isEnabled: map["state"]?.stringValue ?? "ENABLED" == "ENABLED",
                    isValid: map["status"]?.stringValue != "INVALID",
                    reason: map["statusReason"]?.stringValue ?? "",
                    isFargate: resources["type"]?.stringValue?.hasPrefix("FARGATE") == true,
                    processors: resources["maxvCpus"]?.integerValue.map { Int($0) },
                    machines: resources["instanceTypes"]?.listValue?.compactMap(\.stringValue) ?? []
                )
            } ?? []
    }

    static func machines(_ value: Value) -> [BatchMachine] {
        value.mapValue?["InstanceTypes"]?.listValue?
            .compactMap { type in
                guard let name = type[path: "InstanceType"]?.stringValue,
                    let processors = type[path: "VCpuInfo.DefaultVCpus"]?.integerValue,
                    let memory = type[path: "MemoryInfo.SizeInMiB"]?.integerValue
                else { return nil }
                let gpus = type[path: "GpuInfo.Gpus"]?.listValue?.compactMap { $0[path: "Count"]?.integerValue } ?? []
                return BatchMachine(
                    name: name,
                    processors: Int(processors),
                    memory: memory,
                    gpus: Int(gpus.reduce(0, +))
                )
            } ?? []
    }
}
