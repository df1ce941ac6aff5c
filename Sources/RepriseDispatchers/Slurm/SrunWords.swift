import RepriseModel

/// How `srun` says that a job ended. Pure.
enum SrunWords {
    /// As Slurm would tell of the job, from the words in its log and the status with which `srun` ended; nil: unknown.
    static func row(_ log: String, status: Int?, node: String) -> SlurmRow {
        // 143 is a shell's way to tell of a signal.
        let wait = status.map { $0 > 128 && $0 < 193 ? $0 - 128 : $0 << 8 }
        return SlurmRow(
            id: "",
            number: "",
            name: "",
            state: state(log, status: status),
            reason: "",
            wait: wait,
            restarts: 0,
            node: node
        )
    }

    private static func state(_ log: String, status: Int?) -> SlurmState {
        func says(_ parts: String...) -> Bool { parts.contains { log.contains($0) } }
        if says("DUE TO TIME LIMIT") { return .timedOut }
        if says("DUE TO PREEMPTION") { return .preempted }
        if says("DUE TO NODE FAILURE", "Node failure on") { return .nodeFailed }
        if SlurmJobFiles.tellsOfMemory(log) { return .outOfMemory }
        if status == 0 { return .completed }
        if says("CANCELLED AT", "has been revoked", "Force Terminated") { return .cancelled }
        return .failed
    }

    /// Why a job has not begun, where that is a matter of its allocation alone.
    static func waitsForRoom(_ log: String, in allocation: String) -> String? {
        guard log.contains("step creation temporarily disabled"), !log.contains("Step created for job") else {
            return nil
        }
        return "waits for room in the allocation \(allocation)"
    }

    /// Whether it was told to wait, and of nothing since.
    static func isQueued(_ log: String) -> Bool {
        log.split(separator: "\n").last?.hasSuffix(" queued and waiting for resources") == true
    }

    /// The last words of `srun` itself.
    static func last(_ log: String) -> String {
        let lines = log.split(separator: "\n").filter { !$0.isEmpty }
        guard let line = lines.last(where: { $0.contains("error: ") }) ?? lines.last else { return "" }
        var words = line[...]
        for head in ["srun: ", "error: "] where words.hasPrefix(head) { words = words.dropFirst(head.count) }
        return String(words)
    }
}
