import OrderedCollections
import RepriseDispatch
import RepriseModel
import Synchronization

/// A ledger as tests need it: everything in memory, with the whole history, and faults where a test wants them.
package final class InMemoryLedger: RunLedger {
    private struct Entry {
        var job: LedgerJob
        var isFinal = false
    }

    private struct State {
        /// By the key of the first attempt.
        var entries: OrderedDictionary<JobKey, Entry> = [:]
        var stops: Set<RunID> = []
        var mark: Int64 = 1
        var history: [JobChange] = []
        var ends: [JobKey: Int] = [:]
    }

    private let state = Mutex(State())
    /// Runs before each operation, with its name; what it throws the operation throws, and nothing has happened.
    private let fault: @Sendable (String) throws -> Void

    package init(fault: @escaping @Sendable (String) throws -> Void = { _ in }) { self.fault = fault }

    /// What another process does: queues jobs.
    package func add(_ jobs: [LedgerJob]) {
        state.withLock { state in
            for job in jobs { state.entries[job.record.key.first] = Entry(job: job) }
            state.mark += 1
        }
    }

    /// What another process does: asks for a stop.
    package func requestStop(_ runs: Set<RunID>) {
        state.withLock { state in
            state.stops.formUnion(runs)
            state.mark += 1
        }
    }

    /// Every change that counted, in order.
    package var history: [JobChange] { state.withLock { $0.history } }

    /// How often the end of each attempt was written down.
    package var ends: [JobKey: Int] { state.withLock { $0.ends } }

    /// Every job at its latest attempt, in the order in which they were added.
    package var jobs: [JobRecord] { state.withLock { $0.entries.values.map(\.job.record) } }

    package func record(of key: JobKey) -> JobRecord? { state.withLock { $0.entries[key.first]?.job.record } }

    package func openJobs() async throws -> [LedgerJob] {
        try fault("openJobs")
        return state.withLock { state in
            let open = Set(state.entries.values.filter { !$0.isFinal }.map(\.job.record.key.run))
            return state.entries.values.map(\.job).filter { open.contains($0.record.key.run) }
        }
    }

    package func changeMark() async throws -> Int64 {
        try fault("changeMark")
        return state.withLock { $0.mark }
    }

    package func stopRequests() async throws -> Set<RunID> {
        try fault("stopRequests")
        return state.withLock { state in
            let open = Set(state.entries.values.filter { !$0.isFinal }.map(\.job.record.key.run))
            return state.stops.intersection(open)
        }
    }

    package func record(_ changes: [JobChange]) async throws {
        try fault("record")
        state.withLock { state in
            for change in changes { Self.apply(change, to: &state) }
        }
    }

    private static func apply(_ change: JobChange, to state: inout State) {
        guard var entry = state.entries[change.key.first], !entry.isFinal,
            entry.job.record.key.attempt == change.key.attempt
        else { return }
        state.history.append(change)
        entry.job.record.state = change.state
        entry.job.record.reason = change.reason
        entry.job.record.handle = change.isReturned ? nil : change.handle?.description ?? entry.job.record.handle
        entry.job.record.exit = change.exit
        if change.state.isEnded {
            state.ends[change.key, default: 0] += 1
            entry.isFinal = change.isFinal
            if !change.isFinal {
                entry.job.interruptions += change.isInterruption ? 1 : 0
                var next = change.key
                next.attempt += 1
                entry.job.record = JobRecord(key: next)
            }
        }
        state.entries[change.key.first] = entry
    }
}
