import OrderedCollections
import RepriseModel
import RepriseSystem

/// Steps in the hands of engines that keep the order themselves (`Dispatcher.ordersJobs`): a job goes there as soon as all
/// that it needs is there, so that a chain waits in the engine's queue once, and goes on while nobody of ours is alive.
///
/// Nothing else depends on it. What the engine does not take, or gives back, waits here as if it had never been handed over.
extension Supervisor {
    /// The most that the jobs of one step may need together, each counted as often as it is needed.
    private static let most = 20_000

    func noteMove(_ key: JobKey) {
        if let step = key.step { moved.append(JobKey(run: key.run, step: step)) }
    }

    /// Queues blocked jobs that may be handed over after those that have moved.
    func handOverAhead() {
        guard !moved.isEmpty else { return }
        let steps = moved
        moved = []
        for step in steps {
            let dependents = needs.dependents(of: step)
            for job in dependents {
                guard let supervised = jobs[job.record.key], case .blocked = supervised.phase,
                    let after = needsAtEngine(of: supervised.job), after.count * dependents.count <= Self.most,
                    supervised.declined != Set(after.map(\.key))
                else { continue }
                enqueue(job.record.key)
            }
        }
    }

    /// The open needs of a blocked job, where its own engine has all of them and would keep it after them; else nil.
    func needsAtEngine(of job: LedgerJob) -> [(key: JobKey, need: JobNeed)]? {
        guard let target = targets[job.target], target.capacity == .unbounded,
            (try? dispatcher(of: job))?.ordersJobs == true
        else { return nil }
        var all: [(key: JobKey, need: JobNeed)] = []
        for first in needs.openNeeds(of: job).sorted(by: { $0.description < $1.description }) {
            let key = latest(first)
            guard let supervised = jobs[key], supervised.job.place == job.place, supervised.doom == nil,
                !supervised.isCancelling, let at = supervised.atEngine
            else { return nil }
            all.append((key, JobNeed(handle: at.handle, folder: at.job.folder)))
        }
        return all
    }

    /// Tells each job after which others it comes. One whose needs are neither met nor at the engine any more waits here again.
    func inOrder(_ prepared: [(ledger: LedgerJob, job: Job)]) -> [(ledger: LedgerJob, job: Job)] {
        var ready: [(ledger: LedgerJob, job: Job)] = []
        for var pair in prepared {
            let key = pair.ledger.record.key
            if let doom = jobs[key]?.doom {
                scheduler.release(key)
                endUnstarted(key, .cancelled, reason: doom)
                continue
            }
            guard needs.isBlocked(key) else {
                ready.append(pair)
                continue
            }
            guard let after = needsAtEngine(of: pair.ledger) else {
                block(key)
                continue
            }
            jobs[key]?.after = Set(after.map(\.key))
            pair.job.after = after.map(\.need)
            ready.append(pair)
        }
        return ready
    }

    /// The engine did not take the job after others: it waits here for what it needs.
    func decline(_ key: JobKey) {
        let after = afters(of: key)
        jobs[key]?.declined = after
        block(key)
    }

    /// The latest attempt at a job.
    func latest(_ first: JobKey) -> JobKey {
        var key = first
        key.attempt = attempts[first] ?? first.attempt
        return key
    }

    /// After which others it was handed over; where an earlier supervisor did, after which it would be now.
    func afters(of key: JobKey) -> Set<JobKey> {
        guard let supervised = jobs[key] else { return [] }
        return supervised.after.isEmpty ? Set(needs.openNeeds(of: supervised.job).map(latest)) : supervised.after
    }

    /// From the hands of whoever had it back to waiting for its steps; to the queue where they have finished meanwhile.
    func block(_ key: JobKey) {
        if let sequence = scheduler.release(key) { jobs[key]?.sequence = sequence }
        jobs[key]?.phase = .blocked
        jobs[key]?.after = []
        guard let job = jobs[key]?.job, needs.isBlocked(key) else { return enqueue(key) }
        needs.openNeeds(of: job).forEach(noteMove)
    }

    /// What it needs has finished; from now on the engine's own reasons count.
    func isReady(atEngine key: JobKey) {
        guard let told = toldReasons[key], told.hasPrefix("waits for step ") else { return }
        toldReasons[key] = nil
        change(JobChange(key: key, state: .submitted, at: wallClock.now()))
    }

    /// Whether its end must wait for those of jobs that it needs, which the ledger does not know yet: what is taken in last is
    /// kept, and that must be what a later step left.
    func comesTooEarly(_ key: JobKey, _ status: JobStatus) -> Bool {
        guard let supervised = jobs[key], !supervised.job.needs.isEmpty, hasBegun(key, status) else { return false }
        if needs.isBlocked(key) { return true }
        return needs.members(ofNeedsOf: supervised.job).contains { jobs[latest($0)] != nil }
    }

    private func hasBegun(_ key: JobKey, _ status: JobStatus) -> Bool {
        switch status {
        case .submitted, .waiting, .returned: false
        case .running, .preempted: true
        case .ended(let record, _): record.isSuccess || record.startedAt != nil
        case .lost: if case .running = jobs[key]?.phase { true } else { false }
        }
    }
}
