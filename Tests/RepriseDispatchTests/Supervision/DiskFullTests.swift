import RepriseDispatch
import RepriseModel
import RepriseTestKit
import Testing

@Suite struct `A disk that is full` {
    @Test func `what a program has computed is kept until there is room to take it in`() throws {
        let bench = SupervisorBench()
        let key = try #require(bench.addJobs(1).first)
        bench.lifecycle.refuseSettling(Mistake("no room", code: "disk-full", fault: .world))
        bench.start()
        bench.engine.end(key, .ended(ExitRecord(status: 0), reason: nil))
        for _ in 0..<100 { bench.pass(.seconds(30)) }
        #expect(bench.heard.last?.state.isEnded == false)
        #expect(bench.troubles.count == 1, "\(bench.troubles)")
        bench.lifecycle.refuseSettling(nil)
        bench.pass(.seconds(30))
        bench.pass(.seconds(1))
        #expect(bench.heard.last?.state == .finished)
        bench.finish()
        #expect(bench.hasReturned)
    }

    @Test func `other errors are not waited for for ever`() throws {
        let bench = SupervisorBench()
        let key = try #require(bench.addJobs(1).first)
        bench.lifecycle.refuseSettling(Mistake("odd", code: "odd", fault: .world))
        bench.start()
        bench.engine.end(key, .ended(ExitRecord(status: 0), reason: nil))
        for _ in 0..<100 { bench.pass(.seconds(30)) }
        #expect(bench.heard.last?.state == .failed)
        #expect(bench.heard.last?.reason == "what it left could not be taken in: odd")
        bench.finish()
    }
}
