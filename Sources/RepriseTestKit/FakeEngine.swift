import RepriseDispatch
import RepriseModel
import Synchronization

/// An engine in memory: it outlives its dispatchers, as a real one does, and jobs end when the test says so.
package final class FakeEngine: Sendable {
    package struct Execution: Sendable {
        package var job: Job
        package var handle: JobHandle
        package var status: JobStatus
        /// It ends when it is asked to, and not only when it is made to.
        package var obeys = true
        package var isCancelling = false
        package var hasBegun: Bool {
            switch status {
            case .submitted, .waiting: false
            default: true
            }
        }
        package var isLive: Bool {
            switch status {
            case .submitted, .waiting, .running: true
            case .ended, .preempted, .lost, .returned: false
            }
        }
    }

    private struct State {
        var executions: [JobKey: Execution] = [:]
        var order: [JobKey] = []
        var starts: [JobKey: Int] = [:]
        var plans: [JobKey: JobStatus] = [:]
        var defiant: Set<JobKey> = []
        var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
        /// What became of submissions that were given back.
        var former: [JobHandle: JobStatus] = [:]
        var next = 0

        /// Whether everything has finished well that the job comes after.
        func isDue(_ execution: Execution) -> Bool {
            execution.job.after.allSatisfy { need in
                guard case .ended(let record, _) = status(of: need.handle) else { return false }
                return record.isSuccess
            }
        }

        func status(of handle: JobHandle) -> JobStatus? {
            executions.values.first { $0.handle == handle }?.status ?? former[handle]
        }

        /// Gives those back that come after what did not finish well, and those that come after them.
        mutating func giveBack() {
            var hasChanged = true
            while hasChanged {
                hasChanged = false
                for (key, execution) in executions where execution.isLive && !execution.hasBegun {
                    let isHopeless = execution.job.after.contains { need in
                        switch status(of: need.handle) {
                        case .submitted, .waiting, .running, nil: false
                        case .ended(let record, _): !record.isSuccess
                        case .preempted, .lost, .returned: true
                        }
                    }
                    guard isHopeless else { continue }
                    takeBack(key)
                    hasChanged = true
                }
            }
        }

        mutating func takeBack(_ key: JobKey) {
            guard let execution = executions[key], execution.isLive, !execution.hasBegun else { return }
            executions[key]?.status = .returned
            former[execution.handle] = .returned
            starts[key] = starts[key].flatMap { $0 > 1 ? $0 - 1 : nil }
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// How often each key was really executed: never more than once, if all is well.
    package var starts: [JobKey: Int] { state.withLock { $0.starts } }

    /// What lives now, in the order of submission.
    package var live: [Execution] {
        state.withLock { state in state.order.compactMap { state.executions[$0] }.filter(\.isLive) }
    }

    package func execution(_ key: JobKey) -> Execution? { state.withLock { $0.executions[key] } }

    package func end(_ key: JobKey, _ status: JobStatus) {
        state.withLock { state in
            guard state.executions[key]?.isLive == true else { return }
            state.executions[key]?.status = status
            state.giveBack()
        }
        tell()
    }

    /// Lets a job end so as soon as it is submitted.
    package func plan(_ key: JobKey, _ status: JobStatus) { state.withLock { $0.plans[key] = status } }

    /// Lets a job that is not submitted yet ignore TERM.
    package func disobey(_ key: JobKey) { state.withLock { _ = $0.defiant.insert(key) } }

    func submit(_ job: Job, queues: Bool) -> JobHandle {
        state.withLock { state in
            if let former = state.executions[job.key], former.status != .returned { return former.handle }
            state.next += 1
            let handle = JobHandle("fake-\(state.next)")
            state.executions[job.key] = Execution(
                job: job,
                handle: handle,
                status: state.plans[job.key] ?? (queues ? .submitted : .running(since: nil)),
                obeys: !state.defiant.contains(job.key)
            )
            state.order.removeAll { $0 == job.key }
            state.order.append(job.key)
            state.starts[job.key, default: 0] += 1
            state.giveBack()
            return handle
        }
    }

    /// Lets a queued job begin, unless it comes after others that have not finished.
    package func begin(_ key: JobKey) {
        state.withLock { state in
            guard let execution = state.executions[key], state.isDue(execution) else { return }
            switch execution.status {
            case .submitted, .waiting: state.executions[key]?.status = .running(since: nil)
            default: break
            }
        }
        tell()
    }

    /// Whether the job has begun, or nothing keeps it from that.
    package func mayRun(_ key: JobKey) -> Bool {
        state.withLock { state in state.executions[key].map { $0.hasBegun || state.isDue($0) } ?? false }
    }

    /// Takes jobs out of the queue that come after others.
    package func takeBack(_ keys: [JobKey]) {
        state.withLock { state in
            for key in keys where state.executions[key]?.job.after.isEmpty == false { state.takeBack(key) }
            state.giveBack()
        }
        tell()
    }

    /// Lets a queued job wait for a reason.
    package func wait(_ key: JobKey, _ reason: String) {
        state.withLock { state in
            switch state.executions[key]?.status {
            case .submitted, .waiting: state.executions[key]?.status = .waiting(reason: reason)
            default: break
            }
        }
    }

    func cancel(_ key: JobKey) {
        state.withLock { state in
            guard let execution = state.executions[key], execution.isLive else { return }
            state.executions[key]?.isCancelling = true
            state.executions[key]?.status = .ended(ExitRecord(signal: execution.obeys ? 15 : 9), reason: nil)
            state.giveBack()
        }
        tell()
    }

    func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.next += 1
            state.listeners[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.listeners.removeValue(forKey: number) }
        }
        return stream
    }

    private func tell() {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield() }
    }
}

/// A dispatcher to a `FakeEngine`.
package struct FakeDispatcher: Dispatcher {
    package static let kind = "fake"
    package static let capabilities = DispatchCapabilities(
        sharesFiles: true,
        queues: false,
        limitsMemory: false,
        limitsTime: false
    )

    private let engine: FakeEngine
    /// Runs before (`true`) and after (`false`) each operation; what it throws, the operation throws.
    private let fault: @Sendable (String, Bool) throws -> Void

    package init(_ engine: FakeEngine, fault: @escaping @Sendable (String, Bool) throws -> Void = { _, _ in }) {
        self.engine = engine
        self.fault = fault
    }

    package func submit(_ job: Job) async throws -> JobHandle {
        try fault("submit", true)
        let handle = engine.submit(job, queues: false)
        try fault("submit", false)
        return handle
    }

    package func find(_ jobs: [Job]) async throws -> [JobKey: JobHandle] {
        try fault("find", true)
        var found: [JobKey: JobHandle] = [:]
        for job in jobs {
            guard let execution = engine.execution(job.key), execution.status != .returned else { continue }
            found[job.key] = execution.handle
        }
        return found
    }

    package func status(of jobs: [Job: JobHandle]) async throws -> [JobKey: JobStatus] {
        try fault("status", true)
        var statuses: [JobKey: JobStatus] = [:]
        for job in jobs.keys {
            statuses[job.key] = engine.execution(job.key)?.status ?? .lost(reason: "never heard of it")
        }
        return statuses
    }

    package func holdings(of job: Job) async -> JobHoldings {
        let job = engine.execution(job.key)?.job
        return JobHoldings(gpus: job?.gpus ?? [], processors: job?.processors ?? [])
    }

    package func changes() -> AsyncStream<Void> { engine.changes() }

    package func cancel(_ job: Job, _ handle: JobHandle, grace: Duration) async throws {
        try fault("cancel", true)
        engine.cancel(job.key)
        try fault("cancel", false)
    }
}

/// A dispatcher to a `FakeEngine` with a queue of its own: jobs come in batches, and begin when the engine says so.
package struct FakeQueue: Dispatcher {
    package static let kind = "fake-queue"
    package static let capabilities = DispatchCapabilities(
        sharesFiles: true,
        queues: true,
        limitsMemory: false,
        limitsTime: false
    )

    private let engine: FakeEngine
    private let plain: FakeDispatcher
    /// As `FakeDispatcher` has it; in a batch, once for every job.
    private let fault: @Sendable (String, Bool) throws -> Void
    /// Told how many jobs each request had.
    private let onBatch: @Sendable (Int) -> Void
    package let ordersJobs: Bool

    package init(
        _ engine: FakeEngine,
        ordersJobs: Bool = false,
        onBatch: @escaping @Sendable (Int) -> Void = { _ in },
        fault: @escaping @Sendable (String, Bool) throws -> Void = { _, _ in }
    ) {
        self.engine = engine
        self.fault = fault
        self.onBatch = onBatch
        self.ordersJobs = ordersJobs
        plain = FakeDispatcher(engine, fault: fault)
    }

    package func submit(_ job: Job) async throws -> JobHandle {
        try fault("submit", true)
        let handle = engine.submit(job, queues: true)
        try fault("submit", false)
        return handle
    }

    package func submit(_ jobs: [Job]) async -> [JobKey: Result<JobHandle, any Error>] {
        onBatch(jobs.count)
        var results: [JobKey: Result<JobHandle, any Error>] = [:]
        for job in jobs {
            do { results[job.key] = .success(try await submit(job)) } catch { results[job.key] = .failure(error) }
        }
        return results
    }

    package func find(_ jobs: [Job]) async throws -> [JobKey: JobHandle] { try await plain.find(jobs) }

    package func status(of jobs: [Job: JobHandle]) async throws -> [JobKey: JobStatus] {
        try await plain.status(of: jobs)
    }

    package func changes() -> AsyncStream<Void> { engine.changes() }

    package func cancel(_ job: Job, _ handle: JobHandle, grace: Duration) async throws {
        try await plain.cancel(job, handle, grace: grace)
    }

    package func takeBack(_ jobs: [Job: JobHandle]) async throws {
        try fault("takeBack", true)
        engine.takeBack(jobs.keys.map(\.key))
        try fault("takeBack", false)
    }
}
