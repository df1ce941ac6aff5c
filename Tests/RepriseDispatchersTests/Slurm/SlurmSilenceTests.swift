import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@testable import RepriseDispatchers

@Suite struct `A controller that says nothing` {
    private let bench = SlurmBench()

    @Test func `is asked seldom, and has not answered until it has`() async throws {
        let job = try bench.makeJob("exit 0")
        let submission = SlurmJobFiles.Submission(name: "x", index: nil, log: job.folder + "/slurm.log", id: "7")
        try SlurmJobFiles(files: bench.files).write(submission, of: job)
        let controller = Controller()
        let slurm = bench.makeSlurm(processes: controller)
        for _ in 0..<5 {
            await #expect(throws: SlurmError.self) { try await slurm.status(of: [job: JobHandle("7")]) }
        }
        controller.isDown.withLock { $0 = false }
        try await eventually("it answers") {
            (try? await slurm.status(of: [job: JobHandle("7")]))?.isEmpty == false
        }
    }

    private final class Controller: ProcessRunner {
        let isDown = Mutex(true)

        func run(_ invocation: Invocation) async throws -> ProcessResult {
            guard isDown.withLock({ $0 }) else { return ProcessResult(status: 0) }
            let words = "slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n"
            return ProcessResult(status: 1, errors: Array(words.utf8))
        }
    }
}
