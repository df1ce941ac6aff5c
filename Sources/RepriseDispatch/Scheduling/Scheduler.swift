import RepriseModel

/// Decides which waiting job starts next, and says of every other why it waits. Pure; the supervisor acts on it.
///
/// Jobs start in the order of their priority, then of the ledger. One that finds no room lets smaller ones pass, but only
/// so many: then room is kept for it, so that it cannot starve. A decision costs as much as there are different demands
/// in the queue, not as there are jobs.
package struct Scheduler {
    /// How many jobs may pass one that waits for room before room is kept for it.
    package static let patience = 32

    /// Why a job waits that nothing is in the way of.
    static let turn = "waits for its turn"

    private var targets: [String: TargetQueue]
    /// Where each job stands: waiting or running, by target.
    private var waiting: [JobKey: Waiting] = [:]
    private var running: [JobKey: Running] = [:]
    private var nextSequence = 0

    private struct Waiting {
        var job: LedgerJob
        var order: QueueOrder
        var demand: Demand
    }

    private struct Running {
        var target: String
        var demand: Demand
        var holdings: JobHoldings
        var sequence: Int
    }

    package init(_ capacities: [String: Capacity]) {
        targets = capacities.mapValues { TargetQueue($0) }
    }

    package var waitingCount: Int { waiting.count }
    package var runningCount: Int { running.count }

    /// Queues a job whose needs are met. Returns why it can never run, where that is so; then it is not queued.
    ///
    /// `sequence` keeps the place of an earlier attempt.
    package mutating func add(_ job: LedgerJob, sequence: Int? = nil) -> String? {
        let demand = Demand(job.resources)
        // Nothing of the target may be kept in a variable here: the queue would be copied when it changes.
        guard targets[job.target] != nil else { return "its target `\(job.target)` is not known here" }
        if let reason = targets[job.target]?.occupancy.impossibility(demand) { return reason }
        let place = sequence ?? takeSequence()
        let order = QueueOrder(priority: job.priority, sequence: place, key: job.record.key)
        waiting[job.record.key] = Waiting(job: job, order: order, demand: demand)
        targets[job.target]?.insert(order, demand)
        return nil
    }

    /// The place in the ledger's order that the next job gets.
    package mutating func takeSequence() -> Int {
        defer { nextSequence += 1 }
        return nextSequence
    }

    /// Counts a job that an earlier supervisor started.
    package mutating func adopt(_ job: LedgerJob, holdings: JobHoldings) {
        let demand = Demand(job.resources)
        _ = targets[job.target]?.occupancy.take(demand, holding: holdings)
        running[job.record.key] = Running(
            target: job.target,
            demand: demand,
            holdings: holdings,
            sequence: takeSequence()
        )
    }

    /// The next job that has room, with what it was given. Its room is taken until `release`. Jobs of the targets in
    /// `except` stay in their queue.
    package mutating func next(except closed: Set<String> = []) -> (job: LedgerJob, holdings: JobHoldings)? {
        for name in targets.keys.sorted() where !closed.contains(name) {
            while let order = targets[name]?.pop(isCurrent: { waiting[$0.key]?.order == $0 }) {
                guard let entry = waiting.removeValue(forKey: order.key),
                    let holdings = targets[name]?.occupancy.take(entry.demand)
                else { continue }
                running[order.key] = Running(
                    target: name,
                    demand: entry.demand,
                    holdings: holdings,
                    sequence: order.sequence
                )
                return (entry.job, holdings)
            }
        }
        return nil
    }

    /// Gives back the room of a job that has ended. Returns its place in the order, for another attempt.
    @discardableResult
    package mutating func release(_ key: JobKey) -> Int? {
        guard let entry = running.removeValue(forKey: key) else { return nil }
        targets[entry.target]?.release(entry.demand, entry.holdings)
        return entry.sequence
    }

    /// Takes a job out of the queue.
    @discardableResult
    package mutating func remove(_ key: JobKey) -> LedgerJob? {
        guard let entry = waiting.removeValue(forKey: key) else { return nil }
        targets[entry.job.target]?.isSettled = false
        return entry.job
    }

    /// The keys of a run's waiting jobs. Looks at the whole queue.
    package func waiting(of runs: Set<RunID>) -> [JobKey] {
        waiting.values.filter { runs.contains($0.order.key.run) }.sorted { $0.order < $1.order }.map(\.order.key)
    }

    /// Makes the target known, or gives it another capacity; what runs there keeps what it has.
    package mutating func setCapacity(_ capacity: Capacity, of target: String) {
        guard targets[target]?.occupancy.capacity != capacity else { return }
        var occupancy = Occupancy(capacity)
        for entry in running.values where entry.target == target {
            _ = occupancy.take(entry.demand, holding: entry.holdings)
        }
        if targets[target] == nil { targets[target] = TargetQueue(capacity) }
        targets[target]?.occupancy = occupancy
        targets[target]?.isSettled = false
    }

    package mutating func setFreeDisk(_ bytes: Int64?, of target: String) {
        guard targets[target]?.occupancy.freeDisk != bytes else { return }
        targets[target]?.occupancy.freeDisk = bytes
        targets[target]?.isSettled = false
    }

    /// Why a queued job waits; nil for one that is not queued.
    package func reason(_ key: JobKey) -> String? {
        guard let entry = waiting[key], let target = targets[entry.job.target] else { return nil }
        return target.occupancy.obstacle(entry.demand) ?? Self.turn
    }

    /// The jobs at the head of each kind of demand, with why they wait: at most as many as there are demands.
    package func heads() -> [(key: JobKey, reason: String)] {
        targets.values.flatMap(\.heads).sorted()
            .compactMap { order in
                guard waiting[order.key]?.order == order else { return nil }
                return reason(order.key).map { (key: order.key, reason: $0) }
            }
    }
}

/// The place of a job in a queue.
struct QueueOrder: Hashable, Comparable {
    var priority: Int
    var sequence: Int
    var key: JobKey

    static func < (left: QueueOrder, right: QueueOrder) -> Bool {
        if left.priority != right.priority { return left.priority > right.priority }
        if left.sequence != right.sequence { return left.sequence < right.sequence }
        return left.key.attempt < right.key.attempt
    }
}

/// What waits for one target: a queue for each demand, so that what has no room is looked at once and not job by job.
private struct TargetQueue {
    var occupancy: Occupancy
    /// Nothing has changed since the last look, which found nothing to start.
    var isSettled = false
    private var queues: [Demand: OrderedQueue] = [:]
    /// The job that was passed last, and how often.
    private var passed: (order: QueueOrder, count: Int)?

    init(_ capacity: Capacity) { occupancy = Occupancy(capacity) }

    var heads: [QueueOrder] { queues.values.compactMap(\.first) }

    mutating func insert(_ order: QueueOrder, _ demand: Demand) {
        queues[demand, default: OrderedQueue()].insert(order)
        isSettled = false
    }

    mutating func release(_ demand: Demand, _ holdings: JobHoldings) {
        occupancy.giveBack(demand, holdings)
        isSettled = false
    }

    /// Takes out the first job that may start. Entries that are not current any more are dropped on the way.
    mutating func pop(isCurrent: (QueueOrder) -> Bool) -> QueueOrder? {
        if isSettled { return nil }
        var candidates: [(order: QueueOrder, demand: Demand)] = []
        for demand in Array(queues.keys) {
            queues[demand]?.dropFirst { !isCurrent($0) }
            if let first = queues[demand]?.first { candidates.append((first, demand)) } else { queues[demand] = nil }
        }
        candidates.sort { $0.order < $1.order }
        guard let head = candidates.first else {
            isSettled = true
            return nil
        }
        let isStarving = passed?.order == head.order && (passed?.count ?? 0) >= Scheduler.patience
        for candidate in candidates {
            let kept = candidate.order != head.order && isStarving && !occupancy.lacksDisk(head.demand)
            guard occupancy.obstacle(candidate.demand, besides: kept ? head.demand : nil) == nil else { continue }
            if candidate.order != head.order {
                passed = (head.order, passed?.order == head.order ? (passed?.count ?? 0) + 1 : 1)
            }
            queues[candidate.demand]?.removeFirst()
            return candidate.order
        }
        isSettled = true
        return nil
    }
}

/// A binary heap with the smallest order first.
struct OrderedQueue {
    private var items: [QueueOrder] = []

    var first: QueueOrder? { items.first }

    mutating func insert(_ item: QueueOrder) {
        items.append(item)
        var child = items.count - 1
        while child > 0, items[child] < items[(child - 1) / 2] {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() {
        guard let last = items.popLast(), !items.isEmpty else { return }
        items[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
            guard child < items.count, items[child] < items[parent] else { return }
            items.swapAt(child, parent)
            parent = child
        }
    }

    mutating func dropFirst(while isStale: (QueueOrder) -> Bool) {
        while let first, isStale(first) { removeFirst() }
    }
}
