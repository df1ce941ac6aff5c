import RepriseDispatch
import RepriseModel
import RepriseSystem

/// What files in a job's folder tell of its way through Kubernetes.
struct KubernetesJobFiles: JobNotes {
    static let submission = "kubernetes.job"
    static let claim = "kubernetes.claim"
    static let verdict = "kubernetes.end"

    /// As what the job was, or was about to be, submitted.
    struct Submission: JobSubmission, Hashable {
        /// The name of the Job.
        var name: String
        /// What the cluster calls that very Job; nil as long as nobody has heard it.
        var uid: String?
        /// Whether everything that was made for it goes away with it.
        var isOwned = false
        /// nil where nobody knew it.
        var place: KubernetesPlace?

        var handle: JobHandle? { uid == nil ? nil : JobHandle(name) }
    }

    let files: any FileSystem

    func submission(of job: Job) -> Submission? {
        guard let text = try? files.text(job.folder + "/" + Self.submission) else { return nil }
        let lines = text.split(separator: "\n")
        let words = lines.first?.split(separator: " ").map(String.init) ?? []
        guard let name = words.first else { return nil }
        var submission = Submission(name: name, uid: words.count > 1 ? words[1] : nil, isOwned: words.count > 2)
        // The name of a context may hold anything.
        let place = lines.dropFirst().first?.split(separator: " ", maxSplits: 1).map(String.init) ?? []
        if place.count == 2 { submission.place = KubernetesPlace(context: place[1], namespace: place[0]) }
        return submission
    }

    func write(_ submission: Submission, of job: Job) throws(FileError) {
        let words = [submission.name, submission.uid, submission.isOwned ? "owned" : nil].compactMap { $0 }
        let place = submission.place.map { "\($0.namespace) \($0.context)\n" } ?? ""
        try files.write(words.joined(separator: " ") + "\n" + place, to: job.folder + "/" + Self.submission)
    }

    func forget(_ job: Job) { try? files.remove(job.folder + "/" + Self.submission) }

    /// The pod that executes the job.
    func claim(of job: Job) -> String? {
        (try? files.text(job.folder + "/" + Self.claim))?.split { $0.isWhitespace }.first.map(String.init)
    }

    /// As the container itself does where files are shared.
    func write(claim pod: String, of job: Job) throws(FileError) {
        try files.write(pod + "\n", to: job.folder + "/" + Self.claim)
    }

    /// When the job's script began, by the node's clock.
    func start(of job: Job) -> Timestamp? {
        guard let text = try? files.text(job.folder + "/started") else { return nil }
        let words = text.split { $0.isWhitespace }
        return words.count > 1 ? Int64(words[1]).map { Timestamp(milliseconds: $0) } : nil
    }

    /// Which limit it exceeded, as its container noted.
    func limit(of job: Job) -> String? { try? files.text(job.folder + "/limit") }

    // MARK: The end

    /// How a job ended that the cluster may know nothing of any more.
    func verdict(of job: Job) -> JobStatus? {
        guard let bytes = try? files.read(job.folder + "/" + Self.verdict, limit: 64 << 10),
            let value = try? Value(json: bytes[...])
        else { return nil }
        let reason = value["reason"]?.stringValue
        switch value["state"]?.stringValue {
        case "preempted": return .preempted(reason: reason)
        case "lost": return .lost(reason: reason ?? "lost")
        case "ended":
            guard let record = try? value["record"]?.decode(ExitRecord.self) else { return nil }
            return .ended(record, reason: reason)
        default: return nil
        }
    }

    func write(_ status: JobStatus, of job: Job) throws {
        var value: Value
        switch status {
        case .submitted, .waiting, .running, .returned: return
        case .preempted(let reason):
            value = ["state": "preempted"]
            if let reason { value[path: "reason"] = .string(reason) }
        case .lost(let reason): value = ["state": "lost", "reason": .string(reason)]
        case .ended(let record, let reason):
            value = ["state": "ended", "record": try Value(encoding: record)]
            if let reason { value[path: "reason"] = .string(reason) }
        }
        try files.write(value.json() + "\n", to: job.folder + "/" + Self.verdict)
    }
}
