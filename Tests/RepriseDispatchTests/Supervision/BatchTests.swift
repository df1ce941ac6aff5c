import RepriseDispatch
import RepriseModel
import RepriseTestKit
import Testing

@Suite struct `Engines with a queue of their own` {
    private let bench = SupervisorBench(queues: true)

    @Test func `everything that may start goes in one request, and begins when the engine says so`() {
        let keys = bench.addJobs(40)
        bench.start()
        #expect(bench.batches == [40])
        #expect(keys.allSatisfy { bench.ledger.record(of: $0)?.state == .submitted })
        bench.engine.begin(keys[7])
        bench.go()
        #expect(bench.ledger.record(of: keys[7])?.state == .running)
        bench.finish()
        #expect(keys.allSatisfy { bench.ledger.record(of: $0)?.state == .finished })
        #expect(bench.engine.starts.values.allSatisfy { $0 == 1 })
    }

    @Test func `a job whose preparation is refused leaves the others alone`() {
        let keys = bench.addJobs(3)
        bench.lifecycle.refuse(keys[1], Mistake("its data are gone", code: "data-missing"), times: 1)
        bench.start()
        #expect(bench.batches == [2])
        #expect(bench.ledger.record(of: keys[1])?.state == .failed)
        #expect(bench.ledger.record(of: keys[2])?.state == .submitted)
        bench.finish()
    }

    @Test func `a step waits for what it needs before it is handed over`() {
        let run = bench.addSteps(["prepare": [], "train": ["prepare"]])
        bench.start()
        #expect(bench.batches == [1])
        #expect(bench.engine.execution(JobKey(run: run, step: "train")) == nil)
        bench.engine.end(JobKey(run: run, step: "prepare"), .ended(ExitRecord(status: 0), reason: nil))
        bench.go()
        #expect(bench.batches == [1, 1])
        bench.finish()
    }
}
