import RepriseModel

/// One job, or one task of an array, as Slurm tells of it.
struct SlurmRow: Hashable, Sendable {
    /// `17`, or `17_4` for a task.
    var id: String
    /// The number that the job has for itself; a task has one, too.
    var number: String
    var name: String
    var state: SlurmState
    var reason: String
    /// What `wait` answers: a status times 256, or a signal; nil where nobody told.
    var wait: Int?
    var restarts: Int
    var node: String
    /// The number of the user who cancelled it, where the accounts tell.
    var canceller: String?
}

/// What Slurm's many states mean here.
enum SlurmState: Hashable, Sendable {
    case pending, running
    case completed, failed, cancelled, timedOut, outOfMemory, preempted, nodeFailed
    /// It ended in a way that has no other name here.
    case other(String)

    init(_ text: some StringProtocol) {
        // `CANCELLED by 1000`
        let word = text.prefix { $0 != " " }
        self =
            switch word {
            case "PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT", "RESV_DEL_HOLD": .pending
            case "RUNNING", "CONFIGURING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT", "RESIZING":
                .running
            case "COMPLETED": .completed
            case "FAILED", "LAUNCH_FAILED", "RECONFIG_FAIL": .failed
            case "CANCELLED", "REVOKED": .cancelled
            case "TIMEOUT", "DEADLINE": .timedOut
            case "OUT_OF_MEMORY": .outOfMemory
            case "PREEMPTED": .preempted
            case "NODE_FAIL", "BOOT_FAIL": .nodeFailed
            default: .other(String(word))
            }
    }

    var isEnd: Bool { self != .pending && self != .running }
}

/// What Slurm's commands print.
enum SlurmReply {
    /// The id that `sbatch --parsable` prints, with the cluster's name behind a semicolon where there are several.
    static func submitted(_ text: String) -> String? {
        guard let line = text.split(separator: "\n").last else { return nil }
        let id = line.prefix { $0 != ";" }
        return !id.isEmpty && id.allSatisfy { $0.isASCII && $0.isNumber } ? String(id) : nil
    }

    /// The fields that `SlurmArguments.queue` asks for, between bars, with the name last.
    static func queue(_ text: String) -> [SlurmRow] {
        lines(text)
            .compactMap { line in
                let fields = fields(line, 9)
                guard fields.count == 9, !fields[0].isEmpty else { return nil }
                let isTask = !fields[2].isEmpty && fields[2] != "N/A"
                return SlurmRow(
                    id: isTask ? "\(fields[1])_\(fields[2])" : fields[0],
                    number: fields[0],
                    name: fields[8],
                    state: SlurmState(fields[3]),
                    reason: fields[4],
                    wait: Int(fields[5]),
                    restarts: Int(fields[6]) ?? 0,
                    node: fields[7]
                )
            }
    }

    /// Rows of `sacct`. The exit code is `status:signal` there.
    static func accounting(_ text: String) -> [SlurmRow] {
        lines(text)
            .compactMap { line in
                let fields = fields(line, 6)
                guard fields.count == 6, !fields[0].contains(".") else { return nil }
                let code = fields[3].split(separator: ":").compactMap { Int($0) }
                return SlurmRow(
                    id: fields[0],
                    number: fields[1],
                    name: fields[5],
                    state: SlurmState(fields[2]),
                    reason: "",
                    wait: code.count == 2 ? code[0] << 8 | code[1] : nil,
                    restarts: 0,
                    node: fields[4] == "None assigned" ? "" : fields[4],
                    canceller: fields[2].hasPrefix("CANCELLED by ") ? String(fields[2].dropFirst(13)) : nil
                )
            }
    }

    /// A value of `scontrol show config`.
    static func setting(_ name: String, in text: String) -> String? {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map(trimmed)
            if parts.count == 2, parts[0] == name { return parts[1] }
        }
        return nil
    }

    /// By bytes, as below: a queue of thousands is half a megabyte of padding.
    private static func lines(_ text: String) -> [Substring] {
        text.utf8.split(separator: UInt8(ascii: "\n")).map { Substring($0) }
    }

    private static func fields(_ line: Substring, _ count: Int) -> [String] {
        line.utf8.split(separator: UInt8(ascii: "|"), maxSplits: count - 1, omittingEmptySubsequences: false)
            .map { trimmed(Substring($0)) }
    }

    private static func trimmed(_ text: Substring) -> String {
        let bytes = text.utf8
        let space = UInt8(ascii: " ")
        guard let first = bytes.firstIndex(where: { $0 > space }), let last = bytes.lastIndex(where: { $0 > space })
        else { return "" }
        return String(Substring(bytes[first...last]))
    }
}
