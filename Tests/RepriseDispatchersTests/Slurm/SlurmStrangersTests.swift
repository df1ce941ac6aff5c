import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

@Suite struct `Two people with one store` {
    private let bench = SlurmBench()
    private let other = ProcessOwner.current.user + 1

    @Test func `a job that another has handed over is judged by what it writes down alone`() async throws {
        let job = try bench.makeJob("exit 0")
        try note(job, id: "7")
        let slurm = bench.makeSlurm(processes: ForgetfulCluster())
        let words = "handed over by the user with the number \(other), who alone can ask Slurm for it"
        let handles = [job: JobHandle("7")]
        for _ in 0..<2 { #expect(try await slurm.status(of: handles) == [job.key: .waiting(reason: words)]) }
        #expect(try await slurm.find([job]) == [job.key: JobHandle("7")])
        // Nobody submits it again.
        #expect(try await slurm.submit(job) == JobHandle("7"))
        try bench.files.write("7 7 n1\n", to: job.folder + "/" + SlurmJobFiles.claim)
        guard case .running = try await slurm.status(of: handles)[job.key] else {
            Issue.record("it has begun")
            return
        }
        try bench.files.write(#"{"status":3}"#, to: job.folder + "/exit.json")
        guard case .ended(let record, _) = try await slurm.status(of: handles)[job.key] else {
            Issue.record("it has ended")
            return
        }
        #expect(record.status == 3)
    }

    @Test func `whether another has submitted one is nobody's guess`() async throws {
        let job = try bench.makeJob("exit 0")
        try note(job, id: nil)
        let slurm = bench.makeSlurm(processes: ForgetfulCluster())
        let error = await #expect(throws: Mistake.self) { try await slurm.find([job]) }
        #expect(error?.code == "slurm-stranger")
        await #expect(throws: Mistake.self) { try await slurm.submit(job) }
    }

    @Test(.enabled(if: ProcessOwner.current.user != 0, "root ends everybody's jobs"))
    func `one does not end what another has handed over`() async throws {
        let job = try bench.makeJob("exit 0")
        try note(job, id: "7")
        let slurm = bench.makeSlurm(processes: ForgetfulCluster())
        await #expect(throws: Mistake.self) { try await slurm.cancel(job, JobHandle("7"), grace: .zero) }
    }

    private func note(_ job: Job, id: String?) throws {
        let log = job.folder + "/slurm.log"
        let submission = SlurmJobFiles.Submission(name: "x", index: nil, log: log, id: id, user: other)
        try SlurmJobFiles(files: bench.files).write(submission, of: job)
    }
}

/// Knows of no job, as a cluster that shows everybody their own.
private struct ForgetfulCluster: ProcessRunner {
    func run(_ invocation: Invocation) async throws -> ProcessResult { ProcessResult(status: 0) }
}
