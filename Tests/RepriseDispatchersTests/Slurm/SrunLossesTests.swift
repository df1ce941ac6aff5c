import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

@Suite struct `Runs whose allocation a controller forgot` {
    private let bench = SrunBench()

    /// As an `srun` leaves it that was refused at that time, in seconds since 1970.
    private func refused() throws -> (job: Job, at: Int64) {
        let job = try bench.makeJob("exit 0")
        try bench.files.makeFolder(bench.path + "/slurm")
        try bench.files.write("4711 here\n", to: "\(job.folder)/\(SrunScript.begun)")
        try bench.files.write("1\n", to: "\(job.folder)/\(SrunScript.status)")
        try bench.files.write("srun: error: Job allocation 5 has been revoked\n", to: job.folder + "/slurm.log")
        let note = try #require(try bench.files.status("\(job.folder)/\(SrunScript.begun)"))
        return (job, note.modified / 1_000_000_000)
    }

    private func status(of job: Job, start: Int64) async throws -> JobStatus? {
        let srun = bench.makeSrun(processes: RestartedCluster(start: start, files: bench.files))
        return try await srun.status(of: [job: Srun.handle(of: job)])[job.key]
    }

    @Test func `they are begun again, once for each controller`() async throws {
        let (job, time) = try refused()
        #expect(try await status(of: job, start: time + 1) == .submitted)
        #expect(try bench.files.text("\(job.folder)/\(SrunScript.begun)") == RestartedCluster.note)
        #expect(try !bench.files.exists("\(job.folder)/\(SrunScript.status)"))
        try bench.files.write("1\n", to: "\(job.folder)/\(SrunScript.status)")
        guard case .ended(let record, _) = try await status(of: job, start: time + 1) else {
            Issue.record("it is tried for ever")
            return
        }
        #expect(!record.isSuccess)
        #expect(try await status(of: job, start: time + 2) == .submitted)
    }

    @Test func `what was refused by the controller that still lives is not begun again`() async throws {
        let (job, time) = try refused()
        guard case .ended(_, let reason) = try await status(of: job, start: time - 3600) else {
            Issue.record("it was begun again")
            return
        }
        #expect(reason == "cancelled at Slurm before it began")
    }

    @Test func `what has begun is not begun again`() async throws {
        let (job, time) = try refused()
        try bench.files.write("5.0 5 n1\n", to: "\(job.folder)/\(SlurmJobFiles.claim)")
        _ = try await status(of: job, start: time + 1)
        #expect(try bench.files.text("\(job.folder)/\(SrunScript.begun)") == "4711 here\n")
    }

    @Test func `whoever was about to begin one again and died has a successor`() async throws {
        let (job, time) = try refused()
        try bench.files.write("\(time + 1)\n", to: "\(job.folder)/srun.again")
        SrunFiles(job, bench.files).forget()
        #expect(try await status(of: job, start: time + 1) == .submitted)
        #expect(try bench.files.text("\(job.folder)/\(SrunScript.begun)") == RestartedCluster.note)
    }
}

/// A controller that was started at some time, and a shell that notes what it begins.
private struct RestartedCluster: ProcessRunner {
    static let note = "4712 here\n"

    let start: Int64
    let files: LiveFileSystem

    func run(_ invocation: Invocation) async throws -> ProcessResult {
        switch invocation.program {
        case "scontrol": return ProcessResult(status: 0, output: Array("BOOT_TIME = \(start)\n".utf8))
        case "sh":
            for folder in invocation.arguments.dropFirst(4) {
                try files.write(Self.note, to: "\(folder)/\(SrunScript.begun)")
            }
            return ProcessResult(status: 0)
        default: return ProcessResult(status: 0)
        }
    }
}
