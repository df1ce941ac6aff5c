import RepriseDispatch
import RepriseModel
import RepriseSystem

/// What the files in a job's folder tell of its execution.
struct JobFolders: Sendable {
    static let lock = "job.lock"
    static let started = "started"
    /// Which limit the job exceeded; written before it is made to end, so that everybody knows why.
    static let limit = "limit"

    /// An execution that claimed the job. `process` is 0 as long as its number is not written yet.
    struct Execution {
        var process: Int32
        var started: Timestamp?
    }

    let files: any FileSystem
    let table: ProcessTable
    let wallClock: any WallClock

    func execution(in folder: String) -> Execution? {
        guard let text = try? files.text(folder + "/" + Self.started) else { return nil }
        let words = text.split { $0 == " " || $0 == "\n" }
        let started = words.count > 1 ? Int64(words[1]).map { Timestamp(milliseconds: $0) } : nil
        return Execution(process: words.first.flatMap { Int32($0) } ?? 0, started: started)
    }

    /// Whether some process of an execution lives.
    func isInFlight(_ folder: String) throws(FileError) -> Bool {
        do throws(FileError) {
            return try FileLock(folder + "/" + Self.lock, creating: false) == nil
        } catch {
            if error.reason == .missing { return false }
            throw error
        }
    }

    /// The number of the script's process, when somebody holds the lock; nil where nobody does (any more). Waits for a
    /// script that was just started.
    func processInFlight(_ job: Job) async throws -> Int32? {
        var pause = 1
        while try isInFlight(job.folder) {
            if let execution = execution(in: job.folder), execution.process > 0 { return execution.process }
            guard pause < 4096 else { throw LocalProcessError.startHangs(job: job.key, folder: job.folder) }
            try await Task.sleep(for: .milliseconds(pause))
            pause *= 2
        }
        return nil
    }

    /// Whether the process is the job's script, and not a stranger that got its number later.
    func isLeader(_ process: Int32, of job: Job) -> Bool {
        guard process > 0, let facts = table.facts(of: process), !facts.isZombie else { return false }
        return table.variable("REPRISE_JOB", of: process) == job.key.description
            || table.workingFolder(of: process) == job.folder
    }

    func limit(in folder: String) -> String? {
        try? files.text(folder + "/" + Self.limit)
    }

    /// How a job ended whose script left no exit record; nil where nobody can tell.
    func unrecordedEnd(_ execution: Execution?, usage: ChildUsage?, signal: Int?) -> ExitRecord? {
        let ended = wallClock.now()
        let killed = signal ?? usage?.signal
        guard killed != nil || usage?.status != nil else { return nil }
        return ExitRecord(
            status: killed == nil ? usage?.status : nil,
            signal: killed,
            startedAt: execution?.started,
            endedAt: ended,
            userMilliseconds: usage?.userMilliseconds,
            systemMilliseconds: usage?.systemMilliseconds,
            peakMemory: usage?.peakMemory
        )
    }

    static func text(_ holdings: JobHoldings) -> String {
        let rows = [["gpus"] + holdings.gpus.map(String.init), ["processors"] + holdings.processors.map(String.init)]
        return rows.map { $0.joined(separator: " ") }.joined(separator: "\n") + "\n"
    }

    func holdings(in folder: String) -> JobHoldings {
        var holdings = JobHoldings()
        for line in ((try? files.text(folder + "/" + Self.lock)) ?? "").split(separator: "\n") {
            let words = line.split(separator: " ")
            let numbers = words.dropFirst().compactMap { Int($0) }
            switch words.first {
            case "gpus": holdings.gpus = numbers
            case "processors": holdings.processors = numbers
            default: break
            }
        }
        return holdings
    }
}

/// What can go wrong when jobs run as processes of this machine.
package enum LocalProcessError: RepriseError {
    case startHangs(job: JobKey, folder: String)

    package var what: String {
        switch self {
        case .startHangs(let job, _): "job \(job) was started, but its script does not begin"
        }
    }

    package var why: String? {
        switch self {
        case .startHangs(_, let folder): "`\(folder)/job.lock` is held, and `\(folder)/started` is not written"
        }
    }

    package var fix: String? {
        switch self {
        case .startHangs(_, let folder): "find out who holds it with `fuser -v \(folder)/job.lock`"
        }
    }

    package var code: String { "start-hangs" }
    package var fault: Fault { .world }
}
