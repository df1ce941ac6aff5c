import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

@Suite struct `Whether jobs of AWS Batch have begun` {
    @Test func `many that are stopped at once are looked for by one list`() async throws {
        let bench = try CloudBench()
        let watch = BatchWatch(bench.commands, bench.staging, wallClock: bench.clock, interval: .zero)
        let jobs = try (0..<20).map { try bench.makeJob("a\($0)") }
        bench.cloud.put(bench.out + "a7/0/claim_x_7", "7")
        let begun = await withTaskGroup(of: Bool.self) { group in
            for (job, handle) in jobs { group.addTask { await watch.hasBegun(job, handle) } }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(begun == 1 && bench.cloud.asked("LIST") < 20)
    }
}
