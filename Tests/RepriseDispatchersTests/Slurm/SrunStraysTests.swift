import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

@Suite struct `Allocations that outlive their run` {
    private let bench = SrunBench()

    private func job(_ step: String? = nil, attempt: Int = 1) -> Job {
        var random = SystemRandomNumberGenerator()
        let key = JobKey(run: RunID(using: &random), step: step, attempt: attempt)
        let parts = [bench.path + "/runs", key.run.description, key.folder]
        return Job(key: key, folder: parts.filter { !$0.isEmpty }.joined(separator: "/"))
    }

    private func row(_ number: Int, _ name: String, _ state: SlurmState = .running) -> SlurmRow {
        let number = String(number)
        return SlurmRow(id: number, number: number, name: name, state: state, reason: "", restarts: 0, node: "n1")
    }

    private func ended(_ job: Job) throws -> Job {
        try bench.files.makeFolder(job.folder)
        try bench.files.write("4711 here\n", to: "\(job.folder)/\(SrunScript.begun)")
        try bench.files.write("0\n", to: "\(job.folder)/\(SrunScript.status)")
        return job
    }

    @Test func `are found by what the run left, whoever began it`() throws {
        let here = [try ended(job()), try ended(job("train")), try ended(job("train", attempt: 2))]
        let waiting = job("test")
        let rows = here.enumerated().map { row($0, Srun.handle(of: $1.key).description) }
        #expect(SrunStrays(files: bench.files).numbers(among: rows, besides: waiting) == ["0", "1", "2"])
    }

    @Test func `what may be somebody's is let alone`() async throws {
        let done = try ended(job())
        let runs = try ended(job())
        try bench.files.remove("\(runs.folder)/\(SrunScript.status)")
        let begunAgain = try ended(job())
        let lock = try await FileLock.held("\(begunAgain.folder)/\(SrunScript.lock)")
        let rows = [
            row(1, Srun.handle(of: runs.key).description), row(2, Srun.handle(of: begunAgain.key).description),
            row(3, "somebody's"), row(4, "reprise-"), row(5, "reprise-bench"), row(6, done.key.description),
            row(7, Srun.handle(of: job().key).description),
            row(8, Srun.handle(of: done.key).description, .pending),
            row(9, Srun.handle(of: done.key).description, .completed),
        ]
        #expect(SrunStrays(files: bench.files).numbers(among: rows, besides: job()) == [])
        withExtendedLifetime(lock) {}
    }
}
