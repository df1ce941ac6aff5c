import RepriseDispatch
import RepriseModel
import Testing

/// What a job of the contract does.
package enum JobBehaviour: Hashable, Sendable {
    case exits(Int)
    /// Ends itself by the signal.
    case killsItself(Int)
    /// Runs for minutes, and ends on TERM.
    case runs
    /// Runs for minutes, and ignores TERM.
    case ignoresTermination
    /// Runs for about a second, then ends with the status.
    case exitsLate(Int)
    /// Has a memory limit, and wants far more.
    case exceedsMemory
    /// Has a time limit, and runs for minutes.
    case exceedsTime
}

/// An engine to try the contract on.
package protocol DispatcherBench: Sendable {
    /// Another dispatcher to the same engine, as a process that starts later would have it.
    func makeDispatcher() throws -> any Dispatcher
    /// A job that is ready to be submitted.
    func makeJob(_ key: JobKey, _ behaviour: JobBehaviour) throws -> Job
    /// How often the job's command was begun.
    func executions(of job: Job) async throws -> Int
    /// Kills the process that leads the job; false where there is none on this machine.
    func killLeader(_ handle: JobHandle) -> Bool
    /// What the engine still has of the job, such as the names of containers.
    func leftovers(of job: Job) async throws -> [String]
}

extension DispatcherBench {
    package func killLeader(_ handle: JobHandle) -> Bool { false }
    package func leftovers(of job: Job) async throws -> [String] { [] }
}

/// What every dispatcher promises, as checks that each one's tests run.
package struct DispatcherContract {
    let bench: any DispatcherBench
    private var generator: SeededGenerator

    package init(_ bench: any DispatcherBench, seed: UInt64 = 1) {
        self.bench = bench
        generator = SeededGenerator(seed: seed)
    }

    /// Checks every promise, each with jobs of its own.
    package mutating func check() async throws {
        try await submittingTwiceStartsOnce()
        try await severalAtOnceStartOne()
        try await anotherProcessFindsIt()
        try await nobodyFindsWhatNeverWas()
        try await everyEndIsTold()
        try await anEndedJobStaysEnded()
        try await cancelling(.runs, by: [15])
        try await cancelling(.ignoresTermination, by: [9, 15])
        try await aKilledLeaderLosesNothing(isAdopted: false)
        try await aKilledLeaderLosesNothing(isAdopted: true)
        try await anExceededLimitIsTold(.exceedsMemory, "out of memory (memory limit of ")
        try await anExceededLimitIsTold(.exceedsTime, "time limit of ")
        guard try bench.makeDispatcher().ordersJobs else { return }
        try await whatComesAfterWaits()
        try await whatCanNeverBeginComesBack()
        try await whatIsTakenBackMayGoAgain()
    }

    mutating func makeJob(_ behaviour: JobBehaviour) throws -> Job {
        try bench.makeJob(JobKey(run: RunID(using: &generator)), behaviour)
    }

    private mutating func submittingTwiceStartsOnce() async throws {
        let job = try makeJob(.runs)
        let dispatcher = try bench.makeDispatcher()
        let first = try await dispatcher.submit(job)
        #expect(try await dispatcher.submit(job) == first)
        let other = try bench.makeDispatcher()
        #expect(try await other.submit(job) == first)
        try await end(job, first, dispatcher)
        #expect(try await other.submit(job) == first)
        #expect(try await bench.executions(of: job) <= 1)
    }

    private mutating func severalAtOnceStartOne() async throws {
        let job = try makeJob(.exits(0))
        let dispatchers = try (0..<6).map { _ in try bench.makeDispatcher() }
        let handles = try await withThrowingTaskGroup(of: JobHandle.self) { group in
            for dispatcher in dispatchers { group.addTask { try await dispatcher.submit(job) } }
            return try await group.reduce(into: Set<JobHandle>()) { $0.insert($1) }
        }
        #expect(handles.count == 1)
        for handle in handles { _ = try await untilEnded(job, handle, dispatchers[0]) }
        #expect(try await bench.executions(of: job) == 1)
    }

    private mutating func anotherProcessFindsIt() async throws {
        let job = try makeJob(.runs)
        let handle = try await bench.makeDispatcher().submit(job)
        let other = try bench.makeDispatcher()
        #expect(try await other.find([job]) == [job.key: handle])
        var status = try await other.status(of: [job: handle])
        // Where the engine has a queue, the job waits in it first.
        let end = ContinuousClock.now + .seconds(240)
        while type(of: other).capabilities.queues, status[job.key]?.isInQueue == true, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(10))
            status = try await other.status(of: [job: handle])
        }
        guard case .running = try #require(status[job.key]) else {
            Issue.record("a job that runs is reported as \(status)")
            return
        }
        try await self.end(job, handle, other)
    }

    private mutating func nobodyFindsWhatNeverWas() async throws {
        let job = try makeJob(.exits(0))
        let dispatcher = try bench.makeDispatcher()
        #expect(try await dispatcher.find([job]).isEmpty)
        let status = try await dispatcher.status(of: [job: JobHandle("4194303")])
        guard case .lost = try #require(status[job.key]) else {
            Issue.record("a job that never was is reported as \(status)")
            return
        }
    }

    private mutating func everyEndIsTold() async throws {
        let behaviours: [JobBehaviour] = [.exits(0), .exits(3), .exits(255), .killsItself(9)]
        let dispatcher = try bench.makeDispatcher()
        for behaviour in behaviours {
            let job = try makeJob(behaviour)
            let handle = try await dispatcher.submit(job)
            let status = try await untilEnded(job, handle, dispatcher)
            guard case .ended(let record, _) = status else {
                Issue.record("\(behaviour) is reported as \(status)")
                continue
            }
            switch behaviour {
            case .exits(let code): #expect(record.status == code && record.signal == nil, "\(behaviour): \(record)")
            case .killsItself(let signal):
                #expect(record.signal == signal && record.status == nil, "\(behaviour): \(record)")
            default: break
            }
        }
    }

    private mutating func anEndedJobStaysEnded() async throws {
        let job = try makeJob(.exits(4))
        let dispatcher = try bench.makeDispatcher()
        let handle = try await dispatcher.submit(job)
        _ = try await untilEnded(job, handle, dispatcher)
        let other = try bench.makeDispatcher()
        for dispatcher in [dispatcher, other] {
            try await dispatcher.cancel(job, handle, grace: .zero)
            #expect(try await dispatcher.submit(job) == handle)
            #expect(try await dispatcher.find([job]) == [job.key: handle])
            guard case .ended(let record, _) = try await untilEnded(job, handle, dispatcher) else {
                Issue.record("an ended job is not ended any more")
                continue
            }
            #expect(record.status == 4)
        }
        #expect(try await bench.executions(of: job) == 1)
    }

    /// By a dispatcher that did not start it, since that is the harder case.
    private mutating func cancelling(_ behaviour: JobBehaviour, by signals: Set<Int>) async throws {
        let job = try makeJob(behaviour)
        let handle = try await bench.makeDispatcher().submit(job)
        let other = try bench.makeDispatcher()
        try await eventually("the command of job \(job.key) begins", every: .milliseconds(2)) {
            try await bench.executions(of: job) > 0
        }
        try await other.cancel(job, handle, grace: .milliseconds(behaviour == .runs ? 120_000 : 100))
        guard case .ended(let record, _) = try await untilEnded(job, handle, other) else {
            Issue.record("a cancelled job left no exit record")
            return
        }
        #expect(record.signal.map { signals.contains($0) } == true, "\(behaviour): \(record)")
        #expect(try await bench.leftovers(of: job) == [])
    }

    /// Where the job outlives its leader, its own status is told, else that it was killed.
    private mutating func aKilledLeaderLosesNothing(isAdopted: Bool) async throws {
        let job = try makeJob(.exitsLate(7))
        let first = try bench.makeDispatcher()
        let handle = try await first.submit(job)
        try await eventually("the command of job \(job.key) begins", every: .milliseconds(2)) {
            try await bench.executions(of: job) > 0
        }
        guard bench.killLeader(handle) else { return try await end(job, handle, first) }
        let dispatcher = isAdopted ? try bench.makeDispatcher() : first
        switch try await untilEnded(job, handle, dispatcher) {
        case .ended(let record, _): #expect(record.status == 7 || record.signal == 9, "\(record)")
        case .lost(let reason): #expect(isAdopted, "\(reason)")
        case let status: Issue.record("a job whose leader was killed is reported as \(status)")
        }
        #expect(try await dispatcher.submit(job) == handle)
        #expect(try await bench.executions(of: job) == 1)
        #expect(try await bench.leftovers(of: job) == [])
    }

    private mutating func anExceededLimitIsTold(_ behaviour: JobBehaviour, _ words: String) async throws {
        let job = try makeJob(behaviour)
        let dispatcher = try bench.makeDispatcher()
        let handle = try await dispatcher.submit(job)
        guard case .ended(let record, let reason) = try await untilEnded(job, handle, dispatcher) else {
            Issue.record("\(behaviour): it left no exit record")
            return
        }
        #expect(!record.isSuccess)
        #expect((record.outOfMemory == true) == (behaviour == .exceedsMemory), "\(behaviour): \(record)")
        #expect(reason?.hasPrefix(words) == true, "\(behaviour): \(reason ?? "")")
        #expect(try await bench.leftovers(of: job) == [])
    }

    private func end(_ job: Job, _ handle: JobHandle, _ dispatcher: any Dispatcher) async throws {
        try await dispatcher.cancel(job, handle, grace: .seconds(120))
        _ = try await untilEnded(job, handle, dispatcher)
    }

    private func untilEnded(_ job: Job, _ handle: JobHandle, _ dispatcher: any Dispatcher) async throws -> JobStatus {
        try await dispatcher.untilEnded(job, handle)
    }
}

extension Dispatcher {
    /// Waits for the end of a job, as a supervisor does: an engine that does not answer is asked again. Fails the test where it
    /// takes absurdly long.
    package func untilEnded(_ job: Job, _ handle: JobHandle) async throws -> JobStatus {
        var last: JobStatus?
        return try await eventually(
            "job \(job.key) ends; it is \(last.map { "\($0)" } ?? "unknown")",
            every: .milliseconds(10)
        ) {
            let statuses: [JobKey: JobStatus]
            do { statuses = try await self.status(of: [job: handle]) } catch let error as any EngineAway
                where error.isAway
            {
                return nil
            }
            let status = try #require(statuses[job.key], "the job is left out")
            last = status
            switch status {
            case .submitted, .waiting, .running: return nil
            default: return status
            }
        }
    }
}

extension JobStatus {
    /// The engine has it, and has not begun it.
    fileprivate var isInQueue: Bool {
        switch self {
        case .submitted, .waiting: true
        default: false
        }
    }
}
