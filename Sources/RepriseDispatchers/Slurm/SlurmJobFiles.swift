import RepriseDispatch
import RepriseModel
import RepriseSystem

/// What files in a job's folder tell of its way through Slurm.
struct SlurmJobFiles: JobNotes {
    static let submission = "slurm.job"
    static let claim = "slurm.claim"
    static let limit = "limit"

    /// As what the job was, or was about to be, submitted.
    struct Submission: JobSubmission, Hashable {
        /// The name of the batch.
        var name: String
        /// Its place in the array; nil for a single job.
        var index: Int?
        /// Where Slurm writes what it has to say about the job.
        var log: String
        /// Slurm's number of the batch; nil as long as nobody has heard it.
        var id: String?
        /// The user who did, by number; nil where the note does not tell.
        var user: Int?

        /// The batch's folder.
        var folder: String { log.lastIndex(of: "/").map { String(log[..<$0]) } ?? "" }

        var handle: JobHandle? {
            guard let id else { return nil }
            return JobHandle(index.map { "\(id)_\($0)" } ?? id)
        }
    }

    /// Which of Slurm's jobs executes this one.
    struct Claim: Hashable {
        var id: String
        /// The number that a task of an array has for itself.
        var number: String
        var node: String
    }

    let files: any FileSystem
    /// The files have come from elsewhere, at times of their own.
    var areFetched = false
    /// Who this process is.
    var user = ProcessOwner.current.user

    func submission(of job: Job) -> Submission? {
        guard let text = try? files.text(job.folder + "/" + Self.submission) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count >= 3, !lines[0].isEmpty else { return nil }
        return Submission(
            name: lines[0],
            index: Int(lines[1]),
            log: lines[2],
            id: lines.count > 3 && !lines[3].isEmpty ? lines[3] : nil,
            user: lines.count > 4 ? Int(lines[4]) : nil
        )
    }

    func write(_ submission: Submission, of job: Job) throws(FileError) {
        let lines = [
            submission.name, submission.index.map(String.init) ?? "-", submission.log, submission.id ?? "",
            String(submission.user ?? user),
        ]
        try files.write(lines.joined(separator: "\n") + "\n", to: job.folder + "/" + Self.submission)
    }

    func forget(_ job: Job) {
        try? files.remove(job.folder + "/" + Self.submission)
        removeSecrets(of: job)
    }

    /// How many jobs the batch of that folder has, all of which need it until they have ended.
    func write(size: Int, of folder: String) throws(FileError) { try files.write("\(size)\n", to: folder + "/size") }

    func noteEnd(of submission: Submission) {
        guard let index = submission.index else { return }
        // Without the note the folder stays, and no job is the worse for it.
        _ = try? files.create(submission.folder + "/ended-\(index)", bytes: [], mode: 0o644)
    }

    /// Whether every job of the batch has ended, whoever saw it.
    func isOver(_ folder: String) -> Bool {
        guard let text = try? files.text(folder + "/size"), let size = Int(text.prefix { $0 != "\n" }),
            let names = try? files.names(in: folder)
        else { return false }
        return names.count { $0.hasPrefix("ended-") } >= size
    }

    func removeSecrets(of job: Job) { try? files.remove(job.folder + "/" + SlurmSecrets.file) }

    /// nil for a job that has not begun, and for a moment while it does.
    func claim(of job: Job) -> Claim? {
        guard let text = try? files.text(job.folder + "/" + Self.claim) else { return nil }
        let words = text.split { $0 == " " || $0 == "\n" }.map(String.init)
        return words.count > 1 ? Claim(id: words[0], number: words[1], node: words.count > 2 ? words[2] : "") : nil
    }

    /// When the job's script began, by the clock of the file system.
    func start(of job: Job) -> Timestamp? {
        guard let text = try? files.text(job.folder + "/started") else { return nil }
        let words = text.split { $0 == " " || $0 == "\n" }
        guard words.count > 1, let milliseconds = Int64(words[1]) else { return nil }
        let time = Timestamp(milliseconds: milliseconds)
        return Timestamp(milliseconds: milliseconds + (lag(of: time, in: "started", of: job) ?? 0))
    }

    /// Why the job's container did not begin; nil where it did, or there is none.
    func engineRefusal(of job: Job) -> String? {
        guard start(of: job) == nil, let log = try? files.text(job.folder + "/" + JobFolders.engineLog) else {
            return nil
        }
        return SlurmContainer.refusal(log, image: job.container?.image)
    }

    /// What a container's client leaves that was killed.
    func removeScratch(of job: Job) {
        if job.container != nil { try? files.remove("\(job.folder)/\(ApptainerScript.scratch)") }
    }

    func limit(of job: Job) -> String? { try? files.text(job.folder + "/" + Self.limit) }

    /// The last thing that Slurm itself wrote about the job.
    func lastWords(of submission: Submission?) -> String? {
        guard let submission, let text = try? files.text(submission.log) else { return nil }
        return text.split(separator: "\n").last.map(String.init)
    }

    /// Whether Slurm ended the job for its memory; some set-ups tell it in words alone.
    func exceededMemory(_ submission: Submission?) -> Bool {
        guard let submission, let text = try? files.text(submission.log) else { return false }
        return Self.tellsOfMemory(text)
    }

    static func tellsOfMemory(_ text: String) -> Bool {
        text.contains("exceeded memory limit") || text.contains("Exceeded job memory limit")
            || text.contains("oom_kill") || text.contains("oom-kill") || text.contains("OOM Killed")
            || text.contains("Out Of Memory")
    }
}
