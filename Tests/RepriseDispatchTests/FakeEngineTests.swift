import RepriseDispatch
import RepriseModel
import RepriseTestKit
import Testing

@Suite struct `The fake engine` {
    @Test func `it keeps the contract of dispatchers`() async throws {
        var contract = DispatcherContract(FakeBench())
        try await contract.check()
    }
}

private struct FakeBench: DispatcherBench {
    let engine = FakeEngine()

    func makeDispatcher() -> any Dispatcher { FakeDispatcher(engine) }

    func makeJob(_ key: JobKey, _ behaviour: JobBehaviour) -> Job {
        switch behaviour {
        case .exits(let status): engine.plan(key, .ended(ExitRecord(status: status), reason: nil))
        case .killsItself(let signal): engine.plan(key, .ended(ExitRecord(signal: signal), reason: nil))
        case .runs: break
        case .ignoresTermination: engine.disobey(key)
        case .exitsLate(let status): engine.plan(key, .ended(ExitRecord(status: status), reason: nil))
        case .exceedsMemory:
            let record = ExitRecord(signal: 9, outOfMemory: true)
            engine.plan(key, .ended(record, reason: "out of memory (memory limit of 1 MiB)"))
        case .exceedsTime: engine.plan(key, .ended(ExitRecord(signal: 15), reason: "time limit of 1 s"))
        }
        return Job(key: key, folder: "/nowhere/\(key)")
    }

    func executions(of job: Job) -> Int { engine.starts[job.key] ?? 0 }
}
