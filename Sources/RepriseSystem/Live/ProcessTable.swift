import CRepriseSystem
import Glibc
import RepriseModel

/// What `/proc/<id>/stat` tells of a process.
package struct ProcessFacts: Hashable, Sendable {
    package var id: Int32
    package var parent: Int32
    package var group: Int32
    package var session: Int32
    /// It has ended and waits for its parent to notice. One whose first thread alone has ended, for good or since another one is
    /// just executing a program, lives.
    package var isZombie: Bool
    /// Milliseconds from the machine's boot to its start.
    package var started: Int64
    /// Bytes of main memory that it has now.
    package var resident: Int64
}

/// The processes of this machine.
package struct ProcessTable: Sendable {
    package init() {}

    package func all() -> [ProcessFacts] {
        guard let stream = opendir("/proc") else { return [] }
        defer { closedir(stream) }
        var found: [ProcessFacts] = []
        while let entry = readdir(stream) {
            if let id = Int32(String(cString: reprise_entry_name(entry))), let facts = facts(of: id) {
                found.append(facts)
            }
        }
        return found
    }

    /// nil where there is no such process.
    package func facts(of process: Int32) -> ProcessFacts? {
        guard let text = content("/proc/\(process)/stat"), let end = text.lastIndex(of: UInt8(ascii: ")")) else {
            return nil
        }
        let fields = text[(end + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 21 else { return nil }
        func number(_ index: Int) -> Int64 { Int64(String(decoding: fields[index], as: UTF8.self)) ?? 0 }
        let state = fields[0].first
        return ProcessFacts(
            id: process,
            parent: Int32(truncatingIfNeeded: number(1)),
            group: Int32(truncatingIfNeeded: number(2)),
            session: Int32(truncatingIfNeeded: number(3)),
            isZombie: (state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")) && number(17) < 2,
            started: number(19) * 1000 / Int64(max(1, sysconf(Int32(_SC_CLK_TCK)))),
            resident: number(21) * Int64(sysconf(Int32(_SC_PAGESIZE)))
        )
    }

    /// The value that the variable had when the process's program started; nil where it had none or nobody may know.
    package func variable(_ name: String, of process: Int32) -> String? {
        guard let bytes = content("/proc/\(process)/environ") else { return nil }
        let wanted = Array((name + "=").utf8)
        for entry in bytes.split(separator: 0) where entry.starts(with: wanted) {
            return String(decoding: entry.dropFirst(wanted.count), as: UTF8.self)
        }
        return nil
    }

    /// The process's numbers, from this process's view to that of the innermost container that it is in; empty where
    /// nobody tells.
    package func numbers(of process: Int32) -> [Int32] {
        guard let bytes = content("/proc/\(process)/status") else { return [] }
        for line in bytes.split(separator: UInt8(ascii: "\n")) where line.starts(with: Array("NSpid:".utf8)) {
            let words = line.dropFirst(6).split { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ") }
            return words.compactMap { Int32(String(decoding: $0, as: UTF8.self)) }
        }
        return []
    }

    package func workingFolder(of process: Int32) -> String? {
        try? LiveFileSystem().linkTarget("/proc/\(process)/cwd")
    }

    /// Whether the process has the file open; false where nobody may know.
    package func hasOpen(_ path: String, _ process: Int32) -> Bool {
        var wanted = stat()
        let folder = "/proc/\(process)/fd"
        guard stat(path, &wanted) == 0, let stream = opendir(folder) else { return false }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            var found = stat()
            guard stat(folder + "/" + String(cString: reprise_entry_name(entry)), &found) == 0 else { continue }
            if found.st_dev == wanted.st_dev, found.st_ino == wanted.st_ino { return true }
        }
        return false
    }

    /// Bytes of main memory with each shared page divided among those who share it; dear to ask.
    package func proportional(of process: Int32) -> Int64? {
        guard let bytes = content("/proc/\(process)/smaps_rollup") else { return nil }
        for line in bytes.split(separator: UInt8(ascii: "\n")) where line.starts(with: Array("Pss:".utf8)) {
            let words = line.split(separator: UInt8(ascii: " "))
            return words.count > 1 ? Int64(String(decoding: words[1], as: UTF8.self)).map { $0 * 1024 } : nil
        }
        return nil
    }

    /// Sends a signal; false where there is no such process any more.
    @discardableResult
    package func send(_ signal: Int32, to process: Int32) -> Bool { kill(process, signal) == 0 }

    /// Milliseconds since the machine's boot, sleep included. Never jumps.
    package func uptime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// The time of day in milliseconds at which `/proc/uptime` showed 0, by today's clock. A script adds what it reads
    /// there, and so tells the time without starting a program.
    package func bootTime() -> Int64? {
        guard let text = content("/proc/uptime"), let first = text.split(separator: UInt8(ascii: " ")).first,
            let seconds = Double(String(decoding: first, as: UTF8.self))
        else { return nil }
        return LiveWallClock().now().milliseconds - Int64((seconds * 1000).rounded())
    }

    private func content(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while true {
            var failed = false
            let piece = [UInt8](unsafeUninitializedCapacity: 8192) { buffer, filled in
                let count = read(descriptor, buffer.baseAddress, 8192)
                failed = count < 0
                filled = max(0, count)
            }
            if failed { return nil }
            if piece.isEmpty { return bytes }
            bytes += piece
        }
    }
}

/// Signals by the numbers that this machine gives them.
package enum ProcessSignal {
    package static let terminate = SIGTERM
    package static let kill = SIGKILL
    package static let resume = SIGCONT

    /// `KILL` for 9; nil for one without a common name.
    package static func name(_ number: Int) -> String? {
        let names: [Int32: String] = [
            SIGHUP: "HUP", SIGINT: "INT", SIGQUIT: "QUIT", SIGILL: "ILL", SIGTRAP: "TRAP", SIGABRT: "ABRT",
            SIGBUS: "BUS", SIGFPE: "FPE", SIGKILL: "KILL", SIGUSR1: "USR1", SIGSEGV: "SEGV", SIGUSR2: "USR2",
            SIGPIPE: "PIPE", SIGALRM: "ALRM", SIGTERM: "TERM", SIGXCPU: "XCPU", SIGXFSZ: "XFSZ", SIGSYS: "SYS",
        ]
        return names[Int32(truncatingIfNeeded: number)]
    }
}
