import RepriseDispatch
import RepriseModel
import RepriseSystem

/// What files in a job's folder tell of its way through AWS Batch.
struct BatchJobFiles: JobNotes {
    static let submission = "batch.job"
    static let limit = "limit"

    /// As what the job was, or was about to be, submitted.
    struct Submission: JobSubmission, Hashable {
        /// The name of the batch.
        var name: String
        /// Its place in the array; nil for a single job.
        var index: Int?
        /// The id of the batch; nil as long as nobody has heard it.
        var id: String?

        /// Its part in the keys of what it sends.
        var number: Int { index ?? 0 }

        var handle: JobHandle? {
            guard let id else { return nil }
            return JobHandle(index.map { "\(id):\($0)" } ?? id)
        }
    }

    let files: any FileSystem
    /// The store's folder for AWS Batch.
    let folder: String

    func submission(of job: Job) -> Submission? {
        guard let text = try? files.text(job.folder + "/" + Self.submission) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count >= 3, !lines[0].isEmpty else { return nil }
        return Submission(name: lines[0], index: Int(lines[1]), id: lines[2].isEmpty ? nil : lines[2])
    }

    func write(_ submission: Submission, of job: Job) throws(FileError) {
        let lines = [submission.name, submission.index.map(String.init) ?? "-", submission.id ?? ""]
        try files.write(lines.joined(separator: "\n") + "\n", to: job.folder + "/" + Self.submission)
    }

    /// Whether AWS Batch was found not to know its batch; see `giveUp`.
    func isVoid(_ submission: Submission, of job: Job) -> Bool {
        submission.id == nil && (try? files.exists(folder(of: submission.name) + "/size")) == false
    }

    func forget(_ job: Job) { try? files.remove(job.folder + "/" + Self.submission) }

    func limit(of job: Job) -> String? { try? files.text(job.folder + "/" + Self.limit) }

    // MARK: Batches

    func folder(of batch: String) -> String { folder + "/" + batch }

    /// How many jobs the batch has, all of which need what is staged for it until they have ended.
    func write(size: Int, of batch: String) throws(FileError) {
        try files.makeFolder(folder(of: batch))
        try files.write("\(size)\n", to: folder(of: batch) + "/size")
    }

    /// Whether the batch was submitted, or was about to be, within the last hour.
    func isRecent(_ batch: String, now: Timestamp) -> Bool {
        guard let status = try? files.status(folder(of: batch) + "/size") else { return false }
        return now.since(Timestamp(milliseconds: status.modified / 1_000_000)) < .seconds(3600)
    }

    /// Notes that the batch was never submitted, whatever its jobs' notes say.
    func giveUp(_ batch: String) throws(FileError) {
        try files.rename(folder(of: batch) + "/size", to: folder(of: batch) + "/given-up")
    }

    func givenUp() -> [String] { batches().filter { (try? files.exists("\(folder)/\($0)/given-up")) == true } }

    /// Those of which the size was never written, which happens before they are submitted, or that were given up.
    func unsubmitted() -> [String] {
        batches().filter { (try? files.exists("\(folder)/\($0)/size")) == false }
    }

    /// Those of which nothing is needed any more, and not all could be removed when their last job ended.
    func over() -> [String] { batches().filter(isOver) }

    private func batches() -> [String] {
        ((try? files.names(in: folder)) ?? []).filter { $0.hasPrefix("reprise-") }.sorted()
    }

    /// What `aws` was or is to send.
    func requests() -> [String] {
        ((try? files.names(in: folder)) ?? []).filter { $0.hasPrefix("request-") }.map { folder + "/" + $0 }
    }

    func noteEnd(of submission: Submission) {
        // Without the note the folder stays, and no job is the worse for it.
        _ = try? files.create(note(of: submission), bytes: [], mode: 0o644)
    }

    func hasEnded(_ submission: Submission) -> Bool { (try? files.status(note(of: submission))) != .some(nil) }

    private func note(of submission: Submission) -> String {
        folder(of: submission.name) + "/ended-\(submission.number)"
    }

    /// Whether every job of the batch has ended, whoever saw it.
    func isOver(_ batch: String) -> Bool {
        guard let text = try? files.text(folder(of: batch) + "/size"), let size = Int(text.prefix { $0 != "\n" }),
            let names = try? files.names(in: folder(of: batch))
        else { return false }
        return names.count { $0.hasPrefix("ended-") } >= size
    }

    /// Jobs of the batch that were asked to stop, with their grace in seconds.
    func stops(of batch: String) -> [(number: String, grace: String)] {
        let names = (try? files.names(in: folder(of: batch))) ?? []
        return names.filter { $0.hasPrefix("stop-") }
            .compactMap { name in
                (try? files.text(folder(of: batch) + "/" + name)).map { (String(name.dropFirst(5)), $0) }
            }
    }

    func writeStop(_ submission: Submission, grace: String) throws(FileError) {
        try files.makeFolder(folder(of: submission.name))
        try files.write(grace, to: folder(of: submission.name) + "/stop-\(submission.number)")
    }

    /// What stands for this store in the bucket, chosen once.
    func storeName(using entropy: any Entropy) throws -> String {
        let path = folder + "/name"
        let fresh = withUnsafeBytes(of: entropy.next()) { hexadecimal($0) }
        if try files.status(path) == nil { _ = try files.create(path, bytes: Array(fresh.utf8), mode: 0o644) }
        let name = try files.text(path)
        return name.isEmpty ? fresh : name
    }
}
