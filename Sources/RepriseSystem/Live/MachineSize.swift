import CRepriseSystem

/// What this machine can give to jobs.
package struct MachineSize: Hashable, Sendable {
    /// Processors that this process may use.
    package var processors: Int
    /// Bytes of main memory.
    package var memory: Int64?
    /// The numbers of the GPUs, by their device files.
    package var gpus: [Int]

    package init(processors: Int, memory: Int64?, gpus: [Int]) {
        self.processors = processors
        self.memory = memory
        self.gpus = gpus
    }

    /// Reads /proc and /dev; starts no program.
    package static func live(_ files: any FileSystem = LiveFileSystem()) -> MachineSize {
        let processors = max(1, Int(reprise_usable_processors()))
        return MachineSize(processors: processors, memory: memory(files), gpus: gpus(files))
    }

    private static func memory(_ files: any FileSystem) -> Int64? {
        guard let text = try? files.text("/proc/meminfo"),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemTotal:") })
        else { return nil }
        return line.split(separator: " ").dropFirst().first.flatMap { Int64($0) }.map { $0 * 1024 }
    }

    private static func gpus(_ files: any FileSystem) -> [Int] {
        let names = (try? files.names(in: "/dev")) ?? []
        return names.filter { $0.hasPrefix("nvidia") }.compactMap { Int($0.dropFirst("nvidia".count)) }.sorted()
    }
}
