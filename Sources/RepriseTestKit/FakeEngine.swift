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
        package var isLive: Bool {
            switch status {
            case .submitted, .waiting, .running: true
            case .ended, .preempted, .lost: false
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
        var next = 0
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
        }
        tell()
    }

    /// Lets a job end so as soon as it is submitted.
    package func plan(_ key: JobKey, _ status: JobStatus) { state.withLock { $0.plans[key] = status } }

    /// Lets a job that is not submitted yet ignore TERM.
    package func disobey(_ key: JobKey) { state.withLock { _ = $0.defiant.insert(key) } }

    func submit(_ job: Job, queues: Bool) -> JobHandle {
        state.withLock { state in
            if let former = state.executions[job.key] { return former.handle }
            state.next += 1
            let handle = JobHandle("fake-\(state.next)")
            state.executions[job.key] = Execution(
                job: job,
                handle: handle,
                status: state.plans[job.key] ?? (queues ? .submitted : .running(since: nil)),
                obeys: !state.defiant.contains(job.key)
            )
            state.order.append(job.key)
            state.starts[job.key, default: 0] += 1
            return handle
        }
    }

    /// Lets a queued job begin.
    package func begin(_ key: JobKey) {
        state.withLock { state in
            switch state.executions[key]?.status {
            case .submitted, .waiting: state.executions[key]?.status = .running(since: nil)
            default: break
            }
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
        for job in jobs { found[job.key] = engine.execution(job.key)?.handle }
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

    package init(
        _ engine: FakeEngine,
        onBatch: @escaping @Sendable (Int) -> Void = { _ in },
        fault: @escaping @Sendable (String, Bool) throws -> Void = { _, _ in }
    ) {
        self.engine = engine
        self.fault = fault
        self.onBatch = onBatch
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
}
