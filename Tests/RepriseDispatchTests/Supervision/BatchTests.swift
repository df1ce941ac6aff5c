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
        #expect(bench.batches == [1])
        bench.pass(.seconds(1))
        #expect(bench.batches == [1, 1])
        bench.finish()
    }

    @Test func `what becomes ready soon after a submission goes together in the next`() {
        _ = bench.addJobs(1)
        bench.start()
        #expect(bench.batches == [1])
        _ = bench.addJobs(2)
        bench.pass(.milliseconds(200))
        _ = bench.addJobs(3)
        bench.pass(.milliseconds(200))
        #expect(bench.batches == [1])
        bench.pass(.seconds(1))
        #expect(bench.batches == [1, 5])
        bench.finish()
    }

    @Test func `no request has more jobs than an engine should be given at once`() {
        _ = bench.addJobs(2300)
        bench.start()
        for _ in 0..<4 { bench.pass(.seconds(1)) }
        #expect(bench.batches == [32, 256, 712, 1000, 300])
        bench.finish()
    }

    @Test func `an engine that has nothing to do gets a few of many jobs at once, and the rest in few requests`() {
        let keys = bench.addJobs(100)
        bench.start()
        #expect(bench.batches == [32, 68])
        #expect(keys.allSatisfy { bench.ledger.record(of: $0)?.state == .submitted })
        _ = bench.addJobs(100)
        bench.pass(.seconds(2))
        #expect(bench.batches == [32, 68, 100])
        bench.finish()
    }

    @Test func `jobs of which the engine limits how many are executed at once go in one request`() {
        let bench = SupervisorBench(queues: true, divides: false)
        _ = bench.addJobs(1000)
        bench.start()
        #expect(bench.batches == [1000])
        bench.finish()
    }

    @Test func `an engine that refuses the first of many is not asked for the others`() {
        let keys = bench.addJobs(300)
        bench.limit(0)
        bench.start()
        #expect(bench.batches == [32])
        #expect(keys.allSatisfy { bench.ledger.record(of: $0)?.state == .queued })
        bench.pass(.milliseconds(600))
        #expect(keys.allSatisfy { bench.ledger.record(of: $0)?.reason == "cannot start yet: it takes no more" })
        bench.limit(.max)
        for _ in 0..<20 where bench.batches.count < 3 { bench.pass(.seconds(1)) }
        #expect(keys.allSatisfy { bench.ledger.record(of: $0)?.state == .submitted })
        bench.finish()
    }

    @Test func `an engine that takes no more gets the rest when what it has ends, and is asked less and less often`() {
        let keys = bench.addJobs(6)
        bench.limit(2)
        bench.start()
        for _ in 0..<120 { bench.pass(.seconds(1)) }
        #expect(keys.filter { bench.ledger.record(of: $0)?.state == .submitted }.count == 2)
        #expect(keys.filter { bench.ledger.record(of: $0)?.state == .queued }.count == 4)
        #expect(bench.batches.count < 12)
        for _ in 0..<200 where !bench.hasReturned {
            for execution in bench.engine.live {
                bench.engine.end(execution.job.key, .ended(ExitRecord(status: 0), reason: nil))
            }
            bench.pass(.seconds(10))
        }
        #expect(keys.allSatisfy { bench.ledger.record(of: $0)?.state == .finished })
        #expect(bench.engine.starts.values.allSatisfy { $0 == 1 })
    }

    @Test func `what waits in the engine's queue is not looked at for metrics, and what runs is`() {
        let keys = bench.addJobs(3)
        bench.start()
        bench.engine.begin(keys[1])
        for _ in 0..<4 { bench.pass(.milliseconds(500)) }
        #expect(bench.lifecycle.observed == [keys[1]])
        bench.finish()
    }

    @Test func `why an engine lets jobs wait is written down when it changes, and not often`() {
        let keys = bench.addJobs(2)
        bench.start()
        bench.engine.wait(keys[0], "Resources")
        bench.pass(.milliseconds(500))
        #expect(bench.ledger.record(of: keys[0])?.reason == "Resources")
        bench.engine.wait(keys[0], "Priority")
        bench.pass(.milliseconds(500))
        #expect(bench.ledger.record(of: keys[0])?.reason == "Resources")
        for _ in 0..<12 { bench.pass(.milliseconds(500)) }
        #expect(bench.ledger.record(of: keys[0])?.reason == "Priority")
        let told = bench.heard.filter { $0.key == keys[0] && $0.reason != nil }.map(\.reason)
        #expect(told == ["Resources", "Priority"])
        bench.engine.begin(keys[0])
        bench.pass(.milliseconds(500))
        #expect(bench.ledger.record(of: keys[0])?.reason == nil)
        bench.finish()
    }

    @Test func `an engine that does not answer is told of once, and once more when it does`() {
        _ = bench.addJobs(1)
        bench.start()
        bench.silence(true)
        for _ in 0..<60 { bench.pass(.milliseconds(500)) }
        #expect(bench.troubles.count == 1)
        bench.silence(false)
        for _ in 0..<20 { bench.pass(.milliseconds(500)) }
        #expect(bench.troubles.last == "`local` answers again")
        bench.finish()
    }
}
