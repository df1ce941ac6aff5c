import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@Suite struct `Supervising` {
    private let bench = SupervisorBench()

    @Test func `an attempt that the engine took away uses up none of the program's own`() {
        let key =
            bench.addJobs(1, retry: RetryPolicy(attempts: 2, on: [.failed, .preempted, .lost], interruptions: 3))[0]
        bench.start()
        func end(_ attempt: Int, _ status: JobStatus) {
            var key = key
            key.attempt = attempt
            bench.engine.end(key, status)
            for _ in 0..<12 { bench.pass(.seconds(1)) }
        }
        end(1, .preempted())
        end(2, .lost(reason: "its node failed"))
        end(3, .ended(ExitRecord(status: 1), reason: nil))
        #expect(bench.ledger.record(of: key)?.key.attempt == 4)
        end(4, .preempted())
        #expect(bench.ledger.record(of: key)?.key.attempt == 5)
        end(5, .ended(ExitRecord(status: 1), reason: nil))
        let last = bench.ledger.record(of: key)
        #expect(last?.key.attempt == 5 && last?.state == .failed && last?.reason == "exit status 1")
        bench.finish()
    }

    @Test func `the engine may take a job away so often, and no more`() {
        let key = bench.addJobs(1, retry: RetryPolicy(attempts: 1, on: [.preempted], interruptions: 1))[0]
        bench.start()
        bench.engine.end(key, .preempted())
        for _ in 0..<3 { bench.pass(.seconds(1)) }
        var second = key
        second.attempt = 2
        bench.engine.end(second, .preempted())
        bench.pass(.seconds(1))
        #expect(bench.ledger.record(of: key)?.state == .failed)
        #expect(bench.ledger.record(of: key)?.key.attempt == 2)
        bench.finish()
    }

    @Test func `jobs are brought to their end, and the events tell it after the ledger knows`() async {
        let keys = bench.addJobs(5)
        for key in keys.dropLast() { bench.engine.plan(key, .ended(ExitRecord(status: 0), reason: nil)) }
        bench.engine.plan(keys[4], .ended(ExitRecord(status: 3), reason: nil))
        let changes = bench.runAndListen()
        #expect(bench.hasReturned)
        #expect(keys.map { bench.ledger.record(of: $0)?.state } == Array(repeating: .finished, count: 4) + [.failed])
        #expect(bench.ledger.record(of: keys[4])?.reason == "exit status 3")
        #expect(changes == bench.ledger.history)
    }

    @Test func `a step that fails cancels what needs it, by name`() {
        let run = bench.addSteps(["prepare": [], "train": ["prepare"], "report": ["train"]])
        bench.start()
        #expect(bench.ledger.record(of: JobKey(run: run, step: "train"))?.reason == "waits for step prepare")
        bench.engine.end(JobKey(run: run, step: "prepare"), .ended(ExitRecord(status: 1), reason: nil))
        bench.go()
        #expect(bench.hasReturned)
        #expect(bench.ledger.record(of: JobKey(run: run, step: "train"))?.state == .cancelled)
        #expect(bench.ledger.record(of: JobKey(run: run, step: "train"))?.reason == "step prepare failed")
        #expect(bench.ledger.record(of: JobKey(run: run, step: "report"))?.reason == "step train was cancelled")
    }

    @Test func `a retry starts at once, the next after a pause, and no more than allowed`() {
        let key = bench.addJobs(1, retry: RetryPolicy(attempts: 3, on: [.failed]))[0]
        bench.start()
        for attempt in 1...3 {
            var current = key
            current.attempt = attempt
            if attempt == 3 {
                #expect(bench.engine.execution(current) == nil)
                bench.pass(.seconds(1))
            }
            #expect(bench.engine.execution(current)?.isLive == true, "attempt \(attempt)")
            bench.engine.end(current, .ended(ExitRecord(status: 1), reason: nil))
            bench.go()
        }
        #expect(bench.hasReturned)
        #expect(bench.ledger.record(of: key)?.key.attempt == 3)
        #expect(bench.ledger.record(of: key)?.state == .failed)
        #expect(bench.ledger.ends.count == 3)
    }

    @Test func `a time limit is no reason to try again, unless it is named`() {
        let keys = [RetryPolicy(attempts: 2, on: [.failed]), RetryPolicy(attempts: 2, on: [.timeout])]
            .map { bench.addJobs(1, retry: $0)[0] }
        bench.start()
        for key in keys { bench.engine.end(key, .ended(ExitRecord(signal: 15), reason: "time limit of 30 s")) }
        bench.go()
        #expect(bench.ledger.record(of: keys[0])?.state == .failed)
        #expect(bench.ledger.record(of: keys[0])?.reason == "time limit of 30 s")
        #expect(bench.ledger.record(of: keys[1])?.key.attempt == 2)
        bench.finish()
    }

    @Test func `stopping ends what runs and what waits`() {
        let keys = bench.addJobs(4)
        bench.start()
        #expect(bench.engine.live.count == 2)
        bench.ledger.requestStop(Set(keys.map(\.run)))
        bench.pass(.seconds(1))
        #expect(bench.hasReturned)
        for key in keys {
            #expect(bench.ledger.record(of: key)?.state == .cancelled)
            #expect(bench.ledger.record(of: key)?.reason == "stopped by a person")
        }
    }

    @Test func `a person's mistake fails the job in its words, the world's refusal is tried again`() {
        let keys = bench.addJobs(2)
        bench.lifecycle.refuse(
            keys[0],
            Mistake("data `train` changed", why: "it had another digest", code: "x"),
            times: 9
        )
        bench.lifecycle.refuse(keys[1], Mistake("no space", code: "disk-full", fault: .world), times: 2)
        bench.start()
        #expect(bench.ledger.record(of: keys[0])?.state == .failed)
        #expect(bench.ledger.record(of: keys[0])?.reason == "data `train` changed: it had another digest")
        #expect(bench.ledger.record(of: keys[1])?.reason == "cannot start yet: no space")
        for _ in 0..<5 { bench.pass(.seconds(1)) }
        #expect(bench.engine.live.map(\.job.key) == [keys[1]])
        bench.finish()
    }

    @Test func `a job that can never run fails with the reason`() {
        let key = bench.addJobs(1, resources: Resources(gpus: 4))[0]
        bench.start()
        #expect(bench.hasReturned)
        #expect(bench.ledger.record(of: key)?.state == .failed)
        #expect(bench.ledger.record(of: key)?.reason == "asks for 4 GPUs, this machine has 0")
    }

    @Test func `work that arrives meanwhile is taken up, and why it waits is told`() {
        let first = bench.addJobs(2)
        bench.start()
        let late = bench.addJobs(1)[0]
        for _ in 0..<4 { bench.pass(.milliseconds(300)) }
        #expect(bench.ledger.record(of: late)?.reason == "waits for a slot: 2 of 2 taken")
        bench.engine.end(first[0], .ended(ExitRecord(status: 0), reason: nil))
        bench.go()
        #expect(bench.engine.execution(late)?.isLive == true)
        bench.finish()
    }

    @Test func `a cancelled supervisor leaves the jobs running, and the next one adopts them`() {
        let keys = bench.addJobs(2)
        bench.start()
        bench.cancel()
        #expect(bench.hasReturned)
        #expect(bench.engine.live.count == 2)
        bench.start()
        for key in keys { bench.engine.end(key, .ended(ExitRecord(status: 0), reason: nil)) }
        bench.go()
        #expect(bench.hasReturned)
        #expect(keys.allSatisfy { bench.ledger.record(of: $0)?.state == .finished })
        #expect(bench.engine.starts.values.allSatisfy { $0 == 1 })
    }

    @Test func `only one at a time may supervise a store`() throws {
        let folder = TestFolder()
        let first = try SupervisorLock(folder: folder.path, process: 4711)
        #expect(first != nil)
        #expect(try SupervisorLock(folder: folder.path, process: 4712) == nil)
        #expect(SupervisorLock.holder(folder: folder.path, LiveFileSystem()) == 4711)
        withExtendedLifetime(first) {}
    }
}
