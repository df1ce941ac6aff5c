import OrderedCollections
import RepriseModel
import RepriseSystem

/// Records the machine that a run executes on. Cheap: a few files of the kernel's, and `nvidia-smi` once in a while.
package struct MachineProbe: Sendable {
    private let files: any FileSystem
    private let processes: any ProcessRunner
    private let host: any HostProbe
    private let memory: String
    private let clock: any WallClock

    /// `memory` is a file in the store that remembers what GPUs there are, for ten minutes.
    package init(
        files: any FileSystem,
        processes: any ProcessRunner,
        host: any HostProbe,
        memory: String,
        clock: any WallClock
    ) {
        self.files = files
        self.processes = processes
        self.host = host
        self.memory = memory
        self.clock = clock
    }

    /// `places` come from `EnvironmentReading`.
    package func read(places: Mapping = [:]) async throws -> MachineRecord {
        let host = host.facts()
        var facts: [String: Value] = [
            "host": .string(host.name), "kernel": .string("\(host.system) \(host.kernel)"),
            "architecture": .string(host.architecture), "libc": .string(host.library),
            "cpu.usable": .integer(Int64(host.processors)), "memory": .integer(host.memory),
        ]
        facts["system"] = systemName(files).map(Value.string)
        facts.merge(processorFacts()) { $1 }
        facts.merge(try await graphicsFacts()) { $1 }
        for (name, value) in places { facts[name] = value }
        return MachineRecord(facts: sorted(facts))
    }

    private func processorFacts() -> [String: Value] {
        // Without /proc there is nothing to tell.
        guard let text = try? files.text("/proc/cpuinfo") else { return [:] }
        var facts: [String: Value] = [:]
        var count: Int64 = 0
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].filter { $0 != "\t" && $0 != " " }
            let value = String(line[line.index(after: colon)...].drop { $0 == " " })
            switch name {
            case "processor": count += 1
            case "modelname" where facts["cpu"] == nil: facts["cpu"] = .string(value)
            case "flags" where facts["cpu.flags"] == nil, "Features" where facts["cpu.flags"] == nil:
                facts["cpu.flags"] = .string(SHA256Hasher.digest(of: value.utf8).short)
            default: break
            }
        }
        if count > 0 { facts["cpu.count"] = .integer(count) }
        return facts
    }

    private func graphicsFacts() async throws -> [String: Value] {
        guard let driver = try? files.text("/proc/driver/nvidia/version") else { return [:] }
        var known = ProgramMemory(memory, files)
        let key = "gpu|\(driver)|\(clock.now().milliseconds / 600_000)"
        var lines = known[key] ?? []
        if lines.isEmpty {
            let query = ["--query-gpu=name,uuid,memory.total,driver_version", "--format=csv,noheader"]
            // A driver without its tool still has a name.
            let result = try? await processes.run(Invocation("nvidia-smi", query, limit: 1 << 20))
            lines = result.map { $0.status == 0 ? $0.text.split(separator: "\n").map(String.init) : [] } ?? []
            known[key] = lines
            try known.save(files)
        }
        var facts: [String: Value] = [:]
        for (number, line) in lines.enumerated() {
            let fields = line.split(separator: ",").map { String($0.drop { $0 == " " }) }
            guard fields.count == 4 else { continue }
            facts["gpu.\(number)"] = .string("\(fields[0]), \(fields[2])")
            facts["gpu.\(number).uuid"] = .string(fields[1])
            facts["gpu.driver"] = .string(fields[3])
        }
        if facts.isEmpty { facts["gpu.driver"] = .string(String(driver.prefix { $0 != "\n" })) }
        return facts
    }
}
