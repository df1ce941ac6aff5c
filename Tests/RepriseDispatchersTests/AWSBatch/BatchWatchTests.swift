import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

@Suite struct `Where jobs of AWS Batch stand` {
    private let bench: CloudBench
    private let watch: BatchWatch

    init() throws {
        bench = try CloudBench()
        watch = BatchWatch(bench.commands, bench.staging, wallClock: bench.clock, interval: .zero)
    }

    private func describe(_ batch: String, _ state: String) {
        bench.cloud.answer(
            "describe-jobs",
            #"{"jobs": [{"jobId": "ID-\#(batch)", "jobName": "\#(batch)", "status": "\#(state)"}]}"#
        )
    }

    @Test(arguments: ["RUNNABLE", "RUNNING"])
    func `one answer without a job says nothing of it`(_ state: String) async throws {
        let (job, handle) = try bench.makeJob("a")
        bench.cloud.put(bench.input + "a/0.tar", "x")
        for _ in 0..<4 { #expect(try await watch.status(of: [job: handle])[job.key] == .submitted) }
        describe("a", state)
        for _ in 0..<4 {
            let status = try await watch.status(of: [job: handle])[job.key]
            #expect(status == BatchEnd.waiting(.init(id: "", name: "", state: .init(rawValue: state), reason: "")))
        }
        #expect(bench.cloud.keys == [bench.input + "a/0.tar"])
    }

    @Test func `a job that AWS Batch called over and then not is not over`() async throws {
        let (job, handle) = try bench.makeJob("a")
        describe("a", "FAILED")
        _ = try await watch.status(of: [job: handle])
        describe("a", "RUNNING")
        bench.cloud.refuse(["LIST \(bench.out)"])
        await #expect(throws: AWSError.self) { try await watch.status(of: [job: handle]) }
        bench.cloud.refuse([])
        for _ in 0..<3 { #expect(try await watch.status(of: [job: handle])[job.key] == .submitted) }
    }

    @Test func `one that never was is lost at once`() async throws {
        let (job, _) = try bench.makeJob("a")
        bench.staging.jobFiles.forget(job)
        guard case .lost = try await watch.status(of: [job: JobHandle("never")])[job.key] else {
            Issue.record("it is waited for")
            return
        }
    }

    @Test func `one that AWS Batch has not named for long is lost`() async throws {
        let watch = BatchWatch(
            bench.commands,
            bench.staging,
            wallClock: bench.clock,
            interval: .zero,
            doubt: .milliseconds(1)
        )
        let (job, handle) = try bench.makeJob("a")
        try await eventually("it is lost") {
            guard case .lost = try await watch.status(of: [job: handle])[job.key] else { return false }
            return true
        }
    }

    @Test(arguments: ["", " \n", "<html>", "[]"])
    func `what is no answer is no list of jobs`(_ text: String) async throws {
        bench.cloud.answer("describe-jobs", text)
        bench.cloud.answer("list-jobs", text)
        await #expect(throws: AWSError.self) { try await bench.commands.describe(["a"]) }
        await #expect(throws: AWSError.self) { try await bench.commands.find(name: "a") }
    }
}
