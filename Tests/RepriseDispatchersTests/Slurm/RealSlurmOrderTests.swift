import RepriseDispatch
import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@Suite(.enabled(if: TestEngine.slurm.isUp, TestEngine.slurm.absence))
struct `Real Slurm, jobs after others` {
    private let bench = SlurmBench()

    private func submit(_ slurm: Slurm, _ jobs: [Job]) async throws -> [JobNeed] {
        let results = await slurm.submit(jobs)
        return try jobs.map { JobNeed(handle: try #require(results[$0.key]).get(), folder: $0.folder) }
    }

    @Test func `a step of several runs is one array, in which one failure stops its own run alone`() async throws {
        let slurm = bench.makeSlurm()
        let go = bench.path + "/go"
        let first = try (0..<4)
            .map { try bench.makeJob("while [ ! -e \(go) ]; do sleep 0.1; done; exit \($0 == 2 ? 3 : 0)") }
        let needs = try await submit(slurm, first)
        var second = try (0..<4).map { _ in try bench.makeJob("echo x >> ../executions") }
        for index in second.indices { second[index].after = [needs[index]] }
        let middle = try await submit(slurm, second)
        #expect(Set(middle.map { $0.handle.description.prefix { $0 != "_" } }).count == 1)
        var third = try (0..<4).map { _ in try bench.makeJob("echo x >> ../executions") }
        for index in third.indices { third[index].after = [middle[index]] }
        let last = try await submit(slurm, third)
        try bench.files.write("", to: go)
        for index in 0..<4 {
            let status = try await slurm.untilEnded(third[index], last[index].handle)
            if index == 2 {
                #expect(status == .returned)
            } else if case .ended(let record, _) = status {
                #expect(record.isSuccess)
            } else {
                Issue.record("job \(index) is reported as \(status)")
            }
            #expect(try await bench.executions(of: third[index]) == (index == 2 ? 0 : 1))
            #expect(try await bench.executions(of: second[index]) == (index == 2 ? 0 : 1))
        }
    }

    @Test func `what comes after a job that Slurm does not know begins nothing before that has finished`() async throws
    {
        let slurm = bench.makeSlurm()
        let first = try bench.makeJob("exit 4")
        let handle = try await slurm.submit(first)
        _ = try await slurm.untilEnded(first, handle)
        var second = try bench.makeJob("echo x >> ../executions")
        // Slurm calls a dependency on it met.
        second.after = [JobNeed(handle: JobHandle("4194303"), folder: first.folder)]
        try bench.files.remove(first.folder + "/slurm.job")
        try bench.files.remove(first.folder + "/slurm.claim")
        let status = try await slurm.untilEnded(second, try await slurm.submit(second))
        #expect(status == .returned)
        #expect(try await bench.executions(of: second) == 0)
    }

    @Test func `what has finished is no reason to wait`() async throws {
        let slurm = bench.makeSlurm()
        let first = try bench.makeJob("exit 0")
        let handle = try await slurm.submit(first)
        _ = try await slurm.untilEnded(first, handle)
        var second = try bench.makeJob("exit 0")
        second.after = [JobNeed(handle: handle, folder: first.folder)]
        guard case .ended(let record, _) = try await slurm.untilEnded(second, try await slurm.submit(second)) else {
            Issue.record("it did not run")
            return
        }
        #expect(record.isSuccess)
    }

    @Test func `a job that a person takes out of the queue does not come back`() async throws {
        let slurm = bench.makeSlurm()
        let first = try bench.makeJob("sleep 300")
        let handle = try await slurm.submit(first)
        var second = try bench.makeJob("exit 0")
        second.after = [JobNeed(handle: handle, folder: first.folder)]
        let waiting = try await slurm.submit(second)
        _ = try await LiveProcessRunner().run(Invocation("scancel", [waiting.description]))
        guard case .ended(_, let reason) = try await slurm.untilEnded(second, waiting) else {
            Issue.record("it came back")
            return
        }
        #expect(reason == "cancelled at Slurm before it began")
        try await slurm.cancel(first, handle, grace: .seconds(120))
        _ = try await slurm.untilEnded(first, handle)
    }
}
