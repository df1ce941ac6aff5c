import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

@Suite struct `What a look at AWS Batch meets` {
    @Test(arguments: ["list", "describe-jobs"])
    func `AWS is away until it answers again`(_ what: String) async throws {
        let bench = try CloudBench()
        let watch = BatchWatch(bench.commands, bench.staging, wallClock: bench.clock, interval: .seconds(3600))
        let (job, handle) = try bench.makeJob("a")
        if what == "list" { bench.cloud.refuse(["LIST \(bench.out)"]) } else { bench.cloud.lose(what) }
        for _ in 0..<3 { await #expect(throws: AWSError.self) { try await watch.status(of: [job: handle]) } }
        #expect(bench.cloud.asked("LIST") == 1 && bench.cloud.asked("describe-jobs") == 1)
    }
}
