import RepriseModel
import RepriseSystem

/// The kernel's account of the memory of a group of processes, which `run.sh` reads when its program has failed.
enum JobMemoryGroup {
    /// Tells `run.sh` whether the group is its own, or else how many processes had been ended in it before.
    static let variable = "REPRISE_MEMORY_GROUP"
    static let own = "own"

    static let reason = "out of memory"

    static func reason(_ limit: Int64?) -> String {
        reason + (limit.map { " (memory limit of \(Quantities.text(bytes: $0)))" } ?? "")
    }

    /// How many processes of this process's group the kernel has ended for want of memory; nil where it does not tell.
    static func kills(_ files: any FileSystem) -> Int? {
        guard let groups = try? files.text("/proc/self/cgroup") else { return nil }
        for file in candidates(groups) {
            if let text = try? files.text(file) { return kills(text) }
        }
        return nil
    }

    /// The files that may tell, for what `/proc/self/cgroup` says; the first that is there does.
    static func candidates(_ groups: String) -> [String] {
        let lines = groups.split(separator: "\n")
            .map { $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false) }
            .filter { $0.count == 3 }
        let first = lines.first { $0[1].split(separator: ",").contains("memory") }
        guard let line = first ?? lines.first(where: { $0[1].isEmpty }) else { return [] }
        let root = "/sys/fs/cgroup" + (first == nil ? "" : "/memory")
        let place = line[2] == "/" ? "" : String(line[2])
        let name = first == nil ? "memory.events" : "memory.oom_control"
        return place.isEmpty ? ["\(root)/\(name)"] : ["\(root)\(place)/\(name)", "\(root)/\(name)"]
    }

    static func kills(_ text: String) -> Int? {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == "oom_kill" { return Int(words[1]) }
        }
        return nil
    }
}
