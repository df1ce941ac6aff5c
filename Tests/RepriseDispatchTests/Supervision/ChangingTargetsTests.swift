import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseTestKit
import Synchronization
import Testing

@Suite struct `Targets that change` {
    @Test func `one that the files name since is known to a supervisor that was there before`() {
        let bench = SupervisorBench()
        let source = Source()
        let other = FakeEngine()
        _ = bench.addJobs(1)
        bench.start(source)
        source.tell(["new": target(other)])
        let keys = bench.addJobs(2, target: "new")
        bench.pass(.milliseconds(200))
        #expect(source.adopted == ["new"])
        #expect(other.live.count == 2)
        for key in keys { other.end(key, .ended(ExitRecord(status: 0), reason: nil)) }
        bench.finish()
        #expect(keys.allSatisfy { bench.ledger.record(of: $0)?.state == .finished })
        #expect(bench.hasReturned)
    }

    @Test func `one that only a run tells of is known as long as it is needed`() {
        let bench = SupervisorBench()
        let other = FakeEngine()
        let source = Source(unknown: target(other))
        let keys = bench.addJobs(1, target: "once")
        bench.start(source)
        #expect(other.live.map(\.job.key) == keys)
        other.end(keys[0], .ended(ExitRecord(status: 0), reason: nil))
        bench.finish()
        #expect(bench.ledger.record(of: keys[0])?.state == .finished)
    }

    @Test func `one that nobody tells of ends its runs with the reason`() throws {
        let bench = SupervisorBench()
        let keys = bench.addJobs(1, target: "new")
        bench.start(Source())
        bench.finish()
        let record = try #require(bench.ledger.record(of: keys[0]))
        #expect(record.state == .failed && record.reason?.contains("`new` is not known") == true)
    }

    @Test func `what an engine has stays there, and what comes later goes to where the target is now`() {
        let bench = SupervisorBench()
        let source = Source()
        let other = FakeEngine()
        let before = bench.addJobs(1)
        bench.start(source)
        #expect(bench.engine.live.map(\.job.key) == before)
        source.tell(["local": target(other, slots: 1, ["workspace": "elsewhere"])])
        bench.pass(.milliseconds(200))
        let after = bench.addJobs(2)
        bench.pass(.milliseconds(200))
        // The one that still runs has a slot of the target, wherever it runs.
        #expect(other.live.isEmpty)
        bench.engine.end(before[0], .ended(ExitRecord(status: 0), reason: nil))
        bench.pass(.seconds(1))
        #expect(bench.ledger.record(of: before[0])?.state == .finished)
        #expect(other.live.map(\.job.key) == [after[0]])
        for key in after {
            other.end(key, .ended(ExitRecord(status: 0), reason: nil))
            bench.pass(.seconds(1))
        }
        #expect(after.allSatisfy { bench.ledger.record(of: $0)?.state == .finished })
        #expect(bench.engine.starts.count == 1)
        bench.finish()
    }

    @Test func `files that cannot be read change nothing and are told`() {
        let bench = SupervisorBench()
        let source = Source()
        _ = bench.addJobs(1)
        bench.start(source)
        source.tell([:], trouble: "the files cannot be read")
        bench.pass(.seconds(1))
        #expect(bench.troubles == ["the files cannot be read"])
        bench.finish()
        #expect(bench.hasReturned)
    }

    @Test func `an engine that is away when a supervisor begins keeps nobody from beginning`() {
        let bench = SupervisorBench(queues: true)
        let keys = bench.addJobs(1)
        bench.silence(true)
        bench.start()
        bench.pass(.seconds(20))
        #expect(!bench.hasReturned && bench.engine.live.isEmpty)
        #expect(bench.troubles.contains { $0.contains("cannot find out whether \(keys[0]) was submitted") })
        bench.silence(false)
        bench.pass(.seconds(40))
        #expect(bench.engine.live.map(\.job.key) == keys)
        bench.finish()
        #expect(bench.engine.starts == [keys[0]: 1])
        #expect(bench.ledger.record(of: keys[0])?.state == .finished)
    }

    private func target(_ engine: FakeEngine, slots: Int = 2, _ settings: Mapping = [:]) -> SupervisorTarget {
        SupervisorTarget(
            dispatcher: FakeDispatcher(engine),
            capacity: Capacity(slots: slots, gpus: []),
            settings: settings
        )
    }
}

/// Tells what a test lets it tell, once.
private final class Source: TargetSource {
    private let unknown: SupervisorTarget?
    private let state = Mutex((next: TargetNews(), adopted: [String]()))

    init(unknown: SupervisorTarget? = nil) { self.unknown = unknown }

    var adopted: [String] { state.withLock { $0.adopted } }

    func tell(_ targets: [String: SupervisorTarget], trouble: String? = nil) {
        state.withLock { $0.next = TargetNews(targets: targets, trouble: trouble) }
    }

    func news() -> TargetNews {
        state.withLock { state in
            defer { state.next = TargetNews() }
            return state.next
        }
    }

    func adopt(_ target: String) { state.withLock { $0.adopted.append(target) } }
    func target(of job: LedgerJob) -> SupervisorTarget? { unknown }
    func handed(_ job: LedgerJob) -> Mapping? { nil }
}
