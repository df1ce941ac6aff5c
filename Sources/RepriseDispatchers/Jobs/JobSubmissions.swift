import RepriseDispatch
import RepriseModel
import RepriseSystem

/// As what a job was, or was about to be, handed over to an engine elsewhere. Noted in the job's folder before it is.
protocol JobSubmission: Sendable {
    /// nil as long as nobody has heard the engine's answer.
    var handle: JobHandle? { get }
}

/// The notes in jobs' folders.
protocol JobNotes: Sendable {
    associatedtype Submission: JobSubmission

    func submission(of job: Job) -> Submission?
    func write(_ submission: Submission, of job: Job) throws(FileError)

    /// Whether that submission was taken back, and has executed nothing: the job is handed over anew.
    func isVoid(_ submission: Submission, of job: Job) -> Bool
}

extension JobNotes {
    func isVoid(_ submission: Submission, of job: Job) -> Bool { false }
}

/// Hands jobs over to an engine elsewhere and finds them again there, each once, whoever dies when.
///
/// One process of a store does so at a time. The engine is asked only for those whose note lacks its answer.
struct JobSubmissions<Notes: JobNotes>: Sendable {
    /// A job that may have been handed over, with what its note says.
    typealias Doubt = (job: Job, submission: Notes.Submission)
    typealias Results = [JobKey: Result<JobHandle, any Error>]

    /// Where the lock of this store lies.
    let folder: String
    let files: any FileSystem
    let notes: Notes
    /// Waits for what a dead process may have left under way, and asks the engine. Returns those that it has, with handles.
    let recover: @Sendable ([Doubt]) async throws -> [Doubt]

    func find(_ jobs: [Job]) async throws -> [JobKey: JobHandle] {
        try await alone { try await known(jobs) }
    }

    /// `handOver` gets those that were not submitted yet, and tells of each. An error that it throws is that of all which
    /// it did not tell of.
    func submit(_ jobs: [Job], handOver: ([Job]) async throws -> Results) async -> Results {
        var results: Results = [:]
        do {
            try await alone {
                let known = try await known(jobs)
                results = known.mapValues { .success($0) }
                let fresh = jobs.filter { known[$0.key] == nil }
                guard !fresh.isEmpty else { return }
                let told = try await handOver(fresh)
                results.merge(told) { $1 }
            }
        } catch {
            for job in jobs where results[job.key] == nil { results[job.key] = .failure(error) }
        }
        return results
    }

    private func alone<Value>(_ body: () async throws -> Value) async throws -> Value {
        try files.makeFolder(folder)
        let lock = try await FileLock.held(folder + "/submit.lock")
        defer { withExtendedLifetime(lock) {} }
        return try await body()
    }

    private func known(_ jobs: [Job]) async throws -> [JobKey: JobHandle] {
        var found: [JobKey: JobHandle] = [:]
        var doubts: [Doubt] = []
        for job in jobs {
            guard let submission = notes.submission(of: job), !notes.isVoid(submission, of: job) else { continue }
            if let handle = submission.handle { found[job.key] = handle } else { doubts.append((job, submission)) }
        }
        guard !doubts.isEmpty else { return found }
        for (job, submission) in try await recover(doubts) {
            guard let handle = submission.handle else { continue }
            try notes.write(submission, of: job)
            found[job.key] = handle
        }
        return found
    }
}
