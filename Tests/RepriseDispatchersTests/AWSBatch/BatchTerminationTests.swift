import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@testable import RepriseDispatchers

@Suite struct `Jobs that AWS Batch is to terminate` {
    private let bench: CloudBench

    init() throws { bench = try CloudBench() }

    @Test func `a hopeless one is terminated, whatever fails at first`() async throws {
        let watch = BatchWatch(bench.commands, bench.staging, wallClock: bench.clock, interval: .zero)
        let jobs = try ["a", "b"].map { try bench.makeJob($0) }
        let rows = ["a", "b"]
            .map { #"{"jobId": "ID-\#($0)", "status": "RUNNABLE", "statusReason": "MISCONFIGURATION:NO_SUCH"}"# }
        bench.cloud.answer("describe-jobs", "{\"jobs\": [\(rows.joined(separator: ","))]}")
        bench.cloud.lose("terminate-job")
        let all = Dictionary(uniqueKeysWithValues: jobs.map { ($0.job, $0.handle) })
        await #expect(throws: AWSError.self) { try await watch.status(of: all) }
        // One that fails keeps nobody from the other.
        #expect(bench.cloud.asked("terminate-job") == 2)
        bench.cloud.answer("terminate-job", "")
        let statuses = try await watch.status(of: all)
        #expect(statuses.count == 2 && bench.cloud.asked("terminate-job") == 4)
        _ = try await watch.status(of: all)
        #expect(bench.cloud.asked("terminate-job") == 4)
    }

    @Test func `one that does not end after its grace is terminated, whatever fails at first`() async throws {
        let stopping = BatchStopping(bench.commands, bench.staging, patience: .zero, pause: .milliseconds(1))
        let (job, handle) = try bench.makeJob("a")
        bench.cloud.lose("terminate-job")
        try await stopping.cancel(job, handle, hasBegun: true, grace: .zero)
        try await eventually("it is tried again") { bench.cloud.asked("terminate-job") > 1 }
        bench.cloud.answer("terminate-job", "")
        let tries = bench.cloud.asked("terminate-job")
        try await eventually("it succeeds") { bench.cloud.asked("terminate-job") > tries }
    }

    @Test func `one that has not begun is terminated at once, whatever happens to others`() async throws {
        let stopping = BatchStopping(bench.commands, bench.staging, patience: .zero, pause: .milliseconds(1))
        let (begun, waiting) = (try bench.makeJob("a"), try bench.makeJob("b"))
        bench.cloud.lose("terminate-job")
        async let first: Void = stopping.cancel(begun.job, begun.handle, hasBegun: true, grace: .zero)
        async let second: Void = stopping.cancel(waiting.job, waiting.handle, hasBegun: false, grace: .zero)
        _ = try? await (first, second)
        bench.cloud.answer("terminate-job", "")
        try await eventually("the one that has begun ends") {
            bench.cloud.state.withLock { $0.asked.count { $0.contains("ID-a") } } > 0
        }
    }
}
