import RepriseDispatch
import RepriseDispatchers
import RepriseModel
import RepriseSystem

/// Executes jobs in a folder of its own, as an engine does that does not see this machine's files: with nothing but what
/// their parcels bring, and nothing left here but what is fetched.
final class FarDispatcher: Dispatcher {
    static let kind = "far"
    static let capabilities = DispatchCapabilities(
        sharesFiles: false,
        queues: true,
        limitsMemory: false,
        limitsTime: false
    )

    private let place: String
    private let files = LiveFileSystem()
    private let runner = LiveProcessRunner()

    init(_ place: String) { self.place = place }

    func submit(_ job: Job) async throws -> JobHandle {
        let there = self.there(job)
        if try files.exists(there + "/.parcel/ready") { return JobHandle("far") }
        let parcel = job.parcel ?? JobParcel(runFolder: job.folder, files: [])
        try files.makeFolder(there)
        let tar = place + "/\(job.key).tar"
        try Parcels(files: files).write(parcel, to: tar)
        try files.makeFolder(run(job) + "/data")
        for item in parcel.data { try files.makeLink("\(run(job))/data/\(item.name)", to: item.path) }
        _ = try await shell(
            StagingScript.unpack + "\nexec \"$job/run.sh\" > \"$job/stdout.log\" 2> \"$job/stderr.log\"",
            job,
            code: parcel.code?.path ?? "",
            tar
        )
        return JobHandle("far")
    }

    func find(_ jobs: [Job]) async throws -> [JobKey: JobHandle] {
        var found: [JobKey: JobHandle] = [:]
        for job in jobs where try files.exists(there(job) + "/started") { found[job.key] = JobHandle("far") }
        return found
    }

    func status(of jobs: [Job: JobHandle]) async throws -> [JobKey: JobStatus] {
        var statuses: [JobKey: JobStatus] = [:]
        for job in jobs.keys {
            let tar = place + "/\(job.key).leavings"
            _ = try await shell("exec > \(shellQuoted(tar))\n" + StagingScript.leavings, job)
            try Leavings(run: job.parcel?.runFolder ?? job.folder, job: job.folder).unpack(tar: tar, concluding: true)
            statuses[job.key] =
                ExitFile.read(in: job.folder, files).map { .ended($0, reason: nil) } ?? .lost(reason: "it left nothing")
        }
        return statuses
    }

    func changes() -> AsyncStream<Void> { AsyncStream { $0.finish() } }
    func cancel(_ job: Job, _ handle: JobHandle, grace: Duration) async throws {}

    private func run(_ job: Job) -> String { "\(place)/\(job.key)" }
    private func there(_ job: Job) -> String { run(job) + (job.key.folder.isEmpty ? "" : "/" + job.key.folder) }

    private func shell(_ script: String, _ job: Job, code: String = "", _ parcel: String = "") async throws -> Int {
        let values = [("run", run(job)), ("job", there(job)), ("code", code), ("parcel", parcel)]
        let head = values.map { "\($0)=\(shellQuoted($1))\n" }.joined()
        return try await runner.run(Invocation("sh", ["-c", head + script])).status
    }
}
