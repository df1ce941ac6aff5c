import RepriseDispatch
import RepriseModel
import RepriseTestKit
import Testing

@Suite struct `Engines that order jobs themselves` {
    private let bench = SupervisorBench(queues: true, ordersJobs: true)
    private static let chain = ["prepare": [], "train": ["prepare"], "evaluate": ["train"]]

    private func key(_ run: RunID, _ step: String, _ split: Int? = nil, attempt: Int = 1) -> JobKey {
        var key = JobKey(run: run, step: step, split: split)
        key.attempt = attempt
        return key
    }

    private func end(_ key: JobKey, _ status: JobStatus = .ended(ExitRecord(status: 0), reason: nil)) {
        bench.engine.begin(key)
        bench.engine.end(key, status)
        bench.pass(.milliseconds(500))
    }

    /// A chain of three steps, of which the middle one has three splits, all handed over.
    private func handedOver(retry: RetryPolicy = RetryPolicy()) -> RunID {
        let run = bench.addSteps(Self.chain, splits: ["train": 3], retry: retry)
        bench.start()
        for _ in 0..<3 { bench.pass(.seconds(1)) }
        return run
    }

    @Test func `a chain is handed over while its first step waits, each job after what it needs`() {
        let run = handedOver()
        #expect(bench.batches == [1, 3, 1])
        #expect(bench.engine.execution(key(run, "train", 1))?.job.after.count == 1)
        #expect(bench.engine.execution(key(run, "evaluate"))?.job.after.count == 3)
        let train = bench.ledger.record(of: key(run, "train", 1))
        #expect(train?.state == .submitted && train?.reason == "waits for step prepare")
        #expect(bench.ledger.record(of: key(run, "evaluate"))?.reason == "waits for step train")
        end(key(run, "prepare"))
        #expect(bench.ledger.record(of: key(run, "train", 1))?.reason == nil)
        for split in 0..<3 { end(key(run, "train", split)) }
        end(key(run, "evaluate"))
        #expect(bench.ledger.jobs.allSatisfy { $0.state == .finished })
        #expect(bench.batches == [1, 3, 1])
        bench.finish()
    }

    @Test func `a step that failed for good takes what needs it out of the queue`() {
        let run = handedOver()
        end(key(run, "prepare"), .ended(ExitRecord(status: 3), reason: nil))
        bench.pass(.seconds(2))
        let train = bench.ledger.record(of: key(run, "train", 2))
        #expect(train?.state == .cancelled && train?.reason == "step prepare failed")
        let evaluate = bench.ledger.record(of: key(run, "evaluate"))
        #expect(evaluate?.state == .cancelled && evaluate?.reason == "step train was cancelled")
        #expect(bench.engine.live.isEmpty)
        bench.finish()
    }

    @Test func `what waits for a step that is tried again is taken back, and handed over after the new attempt`() {
        let run = handedOver(retry: RetryPolicy(attempts: 2, on: [.failed]))
        end(key(run, "prepare"), .ended(ExitRecord(status: 3), reason: nil))
        for _ in 0..<6 { bench.pass(.seconds(1)) }
        let second = bench.engine.execution(key(run, "prepare", attempt: 2))
        #expect(second?.isLive == true)
        #expect(bench.engine.execution(key(run, "train", 0))?.job.after.map(\.handle) == second.map { [$0.handle] })
        end(key(run, "prepare", attempt: 2))
        for split in 0..<3 { end(key(run, "train", split)) }
        end(key(run, "evaluate"))
        #expect(bench.ledger.jobs.allSatisfy { $0.state == .finished })
        #expect(bench.engine.starts.values.allSatisfy { $0 == 1 })
        bench.finish()
    }

    @Test func `what an engine gives back for no reason waits here, and goes there when its needs have finished`() {
        let run = handedOver()
        bench.engine.takeBack([key(run, "train", 0)])
        for _ in 0..<5 { bench.pass(.seconds(1)) }
        let train = bench.ledger.record(of: key(run, "train", 0))
        #expect(train?.state == .queued && train?.handle == nil && train?.reason == "waits for step prepare")
        end(key(run, "prepare"))
        bench.pass(.seconds(2))
        #expect(bench.engine.execution(key(run, "train", 0))?.isLive == true)
        for split in 0..<3 { end(key(run, "train", split)) }
        bench.pass(.seconds(2))
        end(key(run, "evaluate"))
        #expect(bench.ledger.jobs.allSatisfy { $0.state == .finished })
        bench.finish()
    }

    @Test func `a later supervisor finds a chain that went on without one, and takes it in from its beginning`() {
        let run = handedOver()
        bench.cancel()
        for key in [key(run, "prepare")] + (0..<3).map({ key(run, "train", $0) }) + [key(run, "evaluate")] {
            bench.engine.begin(key)
            bench.engine.end(key, .ended(ExitRecord(status: 0), reason: nil))
        }
        bench.start()
        for _ in 0..<4 { bench.pass(.seconds(1)) }
        #expect(bench.ledger.jobs.allSatisfy { $0.state == .finished })
        let ends = bench.ledger.history.filter(\.state.isEnded).compactMap(\.key.step)
        #expect(ends == ["prepare", "train", "train", "train", "evaluate"])
        #expect(bench.engine.starts.values.allSatisfy { $0 == 1 })
        bench.finish()
    }

    @Test func `a later supervisor hands over the rest of a chain while its first step still runs`() {
        let run = bench.addSteps(Self.chain, splits: ["train": 3])
        bench.start()
        bench.pass(.milliseconds(1))
        bench.cancel()
        #expect(bench.batches == [1])
        bench.engine.begin(key(run, "prepare"))
        bench.start()
        for _ in 0..<4 { bench.pass(.seconds(1)) }
        #expect(bench.ledger.record(of: key(run, "prepare"))?.state == .running)
        #expect(bench.engine.execution(key(run, "train", 1))?.job.after.count == 1)
        #expect(bench.engine.execution(key(run, "evaluate"))?.job.after.count == 3)
        end(key(run, "prepare"))
        for split in 0..<3 { end(key(run, "train", split)) }
        end(key(run, "evaluate"))
        #expect(bench.ledger.jobs.allSatisfy { $0.state == .finished })
        #expect(bench.engine.starts.values.allSatisfy { $0 == 1 })
        bench.finish()
    }

    @Test func `a run that is stopped leaves nothing in the engine's queue`() {
        let run = handedOver()
        bench.ledger.requestStop([run])
        for _ in 0..<3 { bench.pass(.seconds(1)) }
        #expect(bench.engine.live.isEmpty)
        #expect(bench.ledger.jobs.allSatisfy { $0.state == .cancelled && $0.reason == "stopped by a person" })
        bench.finish()
    }

    @Test func `where the engine takes no more, what could begin at once goes first`() {
        bench.limit(2)
        let run = bench.addSteps(Self.chain, splits: ["train": 3])
        bench.start()
        for _ in 0..<5 { bench.pass(.seconds(1)) }
        #expect(bench.engine.live.count == 2)
        for _ in 0..<60 where !bench.hasReturned {
            for execution in bench.engine.live where bench.engine.mayRun(execution.job.key) {
                bench.engine.end(execution.job.key, .ended(ExitRecord(status: 0), reason: nil))
            }
            bench.pass(.seconds(10))
        }
        #expect(bench.ledger.record(of: key(run, "evaluate"))?.state == .finished)
        #expect(bench.engine.starts.values.allSatisfy { $0 == 1 })
        bench.finish()
    }
}
