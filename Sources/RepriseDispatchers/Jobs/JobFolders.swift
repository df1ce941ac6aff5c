import RepriseDispatch
import RepriseModel
import RepriseSystem

/// What the files in a job's folder tell of its execution.
struct JobFolders: Sendable {
    static let lock = "job.lock"
    static let started = "started"
    /// What begins the job's container; a person can execute it by hand.
    static let launchScript = "launch.sh"
    /// The number of the process that executes `launch.sh`, and then is the engine's client.
    static let launched = "launched"
    /// The engine's own words.
    static let engineLog = "engine.log"
    /// Which limit the job exceeded; written before it is made to end, so that everybody knows why.
    static let limit = "limit"

    /// An execution that claimed the job. `process` leads it and is 0 as long as its number is not written yet.
    struct Execution {
        var process: Int32
        var started: Timestamp?
    }

    /// What `started` says: the script's number as the script itself sees it, which in a container is another.
    struct Claim {
        var process: Int32
        var time: Timestamp?
    }

    private static let memoryKept = "memory-kept"
    /// How long a script that was started may take to write its number, on a machine that has much else to do.
    private static let patience = Duration.seconds(60)

    let files: any FileSystem
    let table: ProcessTable
    let wallClock: any WallClock

    func execution(in folder: String) -> Execution? {
        let claim = claim(in: folder)
        if let process = launched(in: folder) { return Execution(process: process, started: claim?.time) }
        return claim.map { Execution(process: $0.process, started: $0.time) }
    }

    func claim(in folder: String) -> Claim? {
        guard let text = try? files.text(folder + "/" + Self.started) else { return nil }
        let words = text.split { $0 == " " || $0 == "\n" }
        let time = words.count > 1 ? Int64(words[1]).map { Timestamp(milliseconds: $0) } : nil
        return Claim(process: words.first.flatMap { Int32($0) } ?? 0, time: time)
    }

    /// nil as long as the number is not written: nothing but a shell was started.
    private func launched(in folder: String) -> Int32? {
        guard let text = try? files.text(folder + "/" + Self.launched) else { return nil }
        return text.split { $0 == "\n" }.first.flatMap { Int32($0) }
    }

    /// Whether the job is executed in a container. Needs no more of it than its folder once it was submitted.
    func isContained(_ job: Job) -> Bool {
        job.container != nil || (try? files.exists(job.folder + "/" + Self.launchScript)) == true
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
        let clock = ContinuousClock()
        let begin = clock.now
        var pause = Duration.milliseconds(1)
        while try isInFlight(job.folder) {
            if let execution = execution(in: job.folder), execution.process > 0 { return execution.process }
            guard clock.now - begin < Self.patience else {
                throw MachineJobsError.startHangs(job: job.key, folder: job.folder)
            }
            try await clock.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(500))
        }
        return nil
    }

    /// Whether the process is the job's script, and not a stranger that got its number later.
    func isLeader(_ process: Int32, of job: Job) -> Bool {
        guard process > 0, let facts = table.facts(of: process), !facts.isZombie else { return false }
        return table.variable("REPRISE_JOB", of: process) == job.key.description
            || table.workingFolder(of: process) == job.folder
            || table.hasOpen(job.folder + "/" + Self.lock, process)
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

    /// What `job.lock` says.
    static func text(_ holdings: JobHoldings, engineLimitsMemory: Bool) -> String {
        var rows = [["gpus"] + holdings.gpus.map(String.init), ["processors"] + holdings.processors.map(String.init)]
        if engineLimitsMemory { rows.append([Self.memoryKept]) }
        return rows.map { $0.joined(separator: " ") }.joined(separator: "\n") + "\n"
    }

    /// Whether the job's engine keeps its memory limit, so that nobody else must.
    func engineLimitsMemory(in folder: String) -> Bool {
        let lines = ((try? files.text(folder + "/" + Self.lock)) ?? "").split(separator: "\n")
        return lines.contains { $0 == Self.memoryKept }
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
