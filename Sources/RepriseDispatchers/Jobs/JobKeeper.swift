import RepriseDispatch
import RepriseModel
import RepriseSystem
import Synchronization

/// Knows the executions that this process watches: ends those that must end, and tells those that have ended.
final class JobKeeper: Sendable {
    /// Where a job stands, as far as its processes tell.
    enum Standing {
        case alive
        /// Nothing of it is left, or its script is gone. `signal` is the last one that was sent to make it end.
        case ended(ChildUsage?, signal: Int?)
        case unknown
    }

    struct Execution: Sendable {
        var job: Job
        /// The process that was started for it, which leads its session: the script, or the engine's client.
        var process: Int32
        var isChild: Bool
        var isContained: Bool
        /// Whether its memory must be looked at.
        var isGauged: Bool
        /// Milliseconds after boot.
        var deadline: Int64?
        /// The script in a container whose client is gone.
        var followed: Int32?
        var leaderHasEnded = false
        /// Nothing is left that is watched.
        var hasEnded = false
        var usage: ChildUsage?
        var ending: JobEnding?
    }

    private struct State {
        var executions: [JobKey: Execution] = [:]
        var keys: [Int32: JobKey] = [:]
        var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextListener = 0
        var nextMeasurement: Int64 = 0
    }

    private let state = Mutex(State())
    private let folders: JobFolders
    private let table: ProcessTable
    private let grace: @Sendable () -> Duration
    private let memory: MemoryGauge

    init(folders: JobFolders, grace: @escaping @Sendable () -> Duration) {
        self.folders = folders
        table = folders.table
        self.grace = grace
        memory = MemoryGauge(folders: folders)
    }

    // MARK: What the dispatcher asks

    func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.nextListener += 1
            state.listeners[state.nextListener] = continuation
            return state.nextListener
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.listeners.removeValue(forKey: number) }
        }
        return stream
    }

    func process(of key: JobKey) -> Int32? { state.withLock { $0.executions[key]?.process } }

    func standing(of key: JobKey) -> Standing {
        state.withLock { state in
            guard let execution = state.executions[key] else { return .unknown }
            guard execution.hasEnded else { return .alive }
            if let ending = execution.ending, !ending.isDone { return .alive }
            return .ended(execution.usage, signal: execution.ending?.lastSignal)
        }
    }

    /// `started` counts from the machine's boot; nil where nobody knows.
    func add(_ job: Job, process: Int32, isChild: Bool, started: Int64?) {
        var execution = Execution(
            job: job,
            process: process,
            isChild: isChild,
            isContained: folders.isContained(job),
            isGauged: job.resources.memory != nil && !folders.engineLimitsMemory(in: job.folder)
        )
        if let time = job.resources.time { execution.deadline = (started ?? table.uptime()) + time }
        state.withLock { state in
            state.executions[job.key] = execution
            state.keys[process] = job.key
        }
    }

    func forget(_ key: JobKey) {
        state.withLock { state in
            guard let execution = state.executions.removeValue(forKey: key) else { return }
            for process in [execution.process, execution.followed ?? 0] where state.keys[process] == key {
                state.keys[process] = nil
            }
        }
    }

    /// Goes on with the script of a container whose client is gone. The caller has it watched.
    func follow(_ key: JobKey, _ script: Int32) {
        state.withLock { state in
            guard state.executions[key] != nil else { return }
            state.executions[key]?.followed = script
            state.executions[key]?.hasEnded = false
            state.executions[key]?.isChild = false
            state.keys[script] = key
        }
    }

    /// Whether any process of the job lives.
    func hasProcesses(_ key: JobKey) -> Bool {
        guard let execution = state.withLock({ $0.executions[key] }) else { return false }
        return !JobTree(of: execution, among: table.all().filter { !$0.isZombie }, folders).isEmpty
    }

    /// Begins to end the job's whole tree; a second request can only shorten the grace.
    func end(_ key: JobKey, grace: Duration, because limit: String?) {
        let now = table.uptime()
        let (seconds, fraction) = grace.components
        let killAt = now + seconds * 1000 + fraction / 1_000_000_000_000_000
        let folder = state.withLock { state -> String? in
            guard var execution = state.executions[key] else { return nil }
            var ending = JobEnding(killAt: killAt, next: now)
            if let former = execution.ending, !former.isDone {
                ending = former
                ending.killAt = min(former.killAt, killAt)
                ending.next = now
            }
            execution.ending = ending
            state.executions[key] = execution
            return execution.job.folder
        }
        if let folder, let limit { try? folders.files.write(limit, to: folder + "/" + JobFolders.limit) }
    }

    // MARK: What the watching thread calls

    func processEnded(_ process: Int32) {
        let isChild = state.withLock { state in
            state.keys[process].flatMap { state.executions[$0]?.isChild } ?? false
        }
        let usage = isChild ? reapChild(process) : nil
        state.withLock { state in
            guard let key = state.keys[process] else { return }
            state.executions[key]?.hasEnded = true
            if state.executions[key]?.process == process {
                state.executions[key]?.leaderHasEnded = true
                state.executions[key]?.usage = usage
            }
        }
        tell()
    }

    /// Keeps appointments and says in how many milliseconds the next one is.
    func tick() -> Int64? {
        let now = table.uptime()
        let (endings, overdue, measured) = state.withLock { state in due(&state, now) }
        for execution in overdue {
            let limit = "time limit of " + Quantities.text(milliseconds: execution.job.resources.time ?? 0)
            end(execution.job.key, grace: grace(), because: limit)
        }
        for execution in memory.excessive(measured) {
            let limit = JobMemoryGroup.reason(execution.job.resources.memory)
            end(execution.job.key, grace: .zero, because: limit)
        }
        if !endings.isEmpty { proceed(endings, now) }
        return state.withLock { state in nextAppointment(state, now) }
    }

    private func due(_ state: inout State, _ now: Int64) -> ([Execution], [Execution], [Execution]) {
        let live = state.executions.values
        let endings = live.filter { $0.ending.map { !$0.isDone && $0.next <= now } ?? false }
        let free = live.filter { $0.ending == nil && !$0.hasEnded }
        let overdue = free.filter { $0.deadline.map { $0 <= now } ?? false }
        var measured: [Execution] = []
        if now >= state.nextMeasurement {
            measured = free.filter(\.isGauged)
            state.nextMeasurement = now + MemoryGauge.interval
        }
        return (endings, overdue, measured)
    }

    private func proceed(_ executions: [Execution], _ now: Int64) {
        let processes = table.all().filter { !$0.isZombie }
        var hasChanged = false
        for execution in executions {
            guard var ending = execution.ending else { continue }
            let tree = JobTree(of: execution, among: processes, folders)
            ending.proceed(tree, isOver: execution.leaderHasEnded, now: now, table: table)
            state.withLock { state in
                // A shorter grace may have been asked for meanwhile.
                let killAt = min(state.executions[execution.job.key]?.ending?.killAt ?? ending.killAt, ending.killAt)
                ending.killAt = killAt
                state.executions[execution.job.key]?.ending = ending
            }
            hasChanged = hasChanged || ending.isDone
        }
        if hasChanged { tell() }
    }

    private func nextAppointment(_ state: State, _ now: Int64) -> Int64? {
        var next: Int64?
        func consider(_ moment: Int64) { next = min(next ?? moment, moment) }
        for execution in state.executions.values where !(execution.hasEnded && execution.ending == nil) {
            if let ending = execution.ending {
                if !ending.isDone { consider(ending.next) }
            } else {
                if let deadline = execution.deadline { consider(deadline) }
                if execution.isGauged { consider(state.nextMeasurement) }
            }
        }
        return next.map { max(0, $0 - now) }
    }

    private func tell() {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield() }
    }
}
