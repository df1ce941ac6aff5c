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

    @Test func `an srun that waits for a controller that is gone is ended`() async throws {
        let job = try bench.makeJob("exit 0")
        try bench.files.makeFolder(bench.path + "/slurm")
        let script = "echo $$ $(uname -n) > \(SrunScript.begun); while :; do sleep 0.1; done"
        try bench.files.write(script, to: "\(job.folder)/\(SrunScript.file)")
        let words = ["-c", SrunScript.starting, "sh", bench.path + "/slurm/srun.lock", job.folder]
        _ = try await LiveProcessRunner().run(Invocation("sh", words))
        let srun = SrunFiles(job, bench.files)
        try await eventually("it lives") { srun.process != nil }
        let begun = try #require(try bench.files.status("\(job.folder)/\(SrunScript.begun)")).modified / 1_000_000_000

        // The controller that it asked still answers, or it was begun again for this one already.
        await bench.makeSrun(processes: RestartedCluster(start: begun - 3600, files: bench.files, signals: true))
            .endForgotten([job])
        let restarted = bench.makeSrun(processes: RestartedCluster(start: begun + 1, files: bench.files, signals: true))
        try bench.files.write("\(begun + 1)\n", to: "\(job.folder)/srun.again")
        await restarted.endForgotten([job])
        #expect(srun.isAlive)

        try bench.files.remove("\(job.folder)/srun.again")
        await restarted.endForgotten([job])
        try await eventually("it is ended") { !srun.isAlive }
        #expect(srun.mayBeForgotten)
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
    /// Whether shells are real.
    var signals = false

    func run(_ invocation: Invocation) async throws -> ProcessResult {
        switch invocation.program {
        case "scontrol": return ProcessResult(status: 0, output: Array("BOOT_TIME = \(start)\n".utf8))
        case "sh" where signals: return try await LiveProcessRunner().run(invocation)
        case "sh":
            for folder in invocation.arguments.dropFirst(4) {
                try files.write(Self.note, to: "\(folder)/\(SrunScript.begun)")
            }
            return ProcessResult(status: 0)
        default: return ProcessResult(status: 0)
        }
    }
}
