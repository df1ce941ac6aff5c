import RepriseModel
import RepriseStore
import RepriseSystem
import RepriseTracking

/// Brings what waits in one store to the trackers of one site.
struct Deliveries: Sendable {
    private struct Route: Sendable {
        var record: TrackerRecord
        var courier: Courier
    }

    /// How long to leave a tracker alone that has everything.
    private static let pause = Duration.seconds(1)

    private let store: Store
    private let routes: [Route]

    /// Only those trackers that the site names and the store knows. `chosen` leaves all others out.
    init(_ trackers: SiteTrackers, _ store: Store, world: World, chosen: Set<Int64>? = nil) throws {
        self.store = store
        guard !trackers.settings.isEmpty else {
            routes = []
            return
        }
        routes = try store.trackers().filter { chosen?.contains($0.number) ?? true }
            .compactMap { record in
                let key = TrackerKey(kind: record.kind, destination: record.destination)
                guard let tracker = try trackers.tracker(key, mark: record.mark) else { return nil }
                let courier = Courier(
                    tracker,
                    number: record.number,
                    outbox: store,
                    wallClock: world.wallClock,
                    entropy: world.entropy,
                    cleaning: { await trackers.cleaned($0) }
                )
                return Route(record: record, courier: courier)
            }
    }

    var isEmpty: Bool { routes.isEmpty }

    /// Sends until the task is cancelled. Never throws: what goes wrong is written down with the delivery.
    func run() async {
        await withDiscardingTaskGroup { group in
            for route in routes {
                group.addTask { await keepSending(route) }
            }
        }
    }

    private func keepSending(_ route: Route) async {
        while !Task.isCancelled {
            // Another process may be at it, and may end at any moment.
            if let lock = try? lock(route.record) {
                while !Task.isCancelled {
                    await route.courier.deliver()
                    guard await sleep(Self.pause) else { break }
                }
                withExtendedLifetime(lock) {}
            }
            guard await sleep(Self.pause) else { return }
        }
    }

    /// Sends what is due and nothing more, for at most `limit`. Returns whether something is left that a tracker which
    /// answers could have.
    func finish(within limit: Duration) async -> Bool {
        guard !routes.isEmpty else { return false }
        return await withTaskGroup(of: Bool?.self) { group in
            group.addTask { await sendOnce() }
            group.addTask {
                _ = await sleep(limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? true
        }
    }

    private func sendOnce() async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            for route in routes {
                group.addTask {
                    guard let lock = try? lock(route.record) else { return false }
                    let end = await route.courier.deliver()
                    withExtendedLifetime(lock) {}
                    return end == .cancelled
                }
            }
            return await group.contains(true)
        }
    }

    /// Sends until nothing is due or, with `isPatient`, until everything has arrived. What waits for another try is tried
    /// at once first. `tell` hears of each tracker how things stand with it.
    func send(isPatient: Bool, tell: @escaping @Sendable (TrackerRecord, TrackerStanding) -> Void) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for route in routes {
                group.addTask { try await send(route, isPatient, tell) }
            }
        }
    }

    private func send(
        _ route: Route,
        _ isPatient: Bool,
        _ tell: @escaping @Sendable (TrackerRecord, TrackerStanding) -> Void
    ) async throws {
        var lock = try lock(route.record)
        while lock == nil {
            // Whoever sends now sends the same things; a patient caller waits for the end of it.
            guard isPatient, await sleep(.milliseconds(500)) else { return }
            lock = try self.lock(route.record)
        }
        try store.hurry(route.record.number)
        while !Task.isCancelled {
            switch await route.courier.deliver(tell: { tell(route.record, $0) }) {
            case .delivered, .cancelled: return withExtendedLifetime(lock) {}
            case .storeFailed(let text):
                throw Mistake("the store could not be read or written: \(text)", code: "store-failed", fault: .world)
            case .waits:
                guard isPatient, await sleep(.milliseconds(500)) else { return withExtendedLifetime(lock) {} }
            }
        }
    }

    /// The right to send to the tracker, held by one process at a time and let go by its death.
    private func lock(_ record: TrackerRecord) throws -> DeliveryLock? {
        try DeliveryLock(store.folder.root + "/tracker-\(record.number).lock")
    }

    /// False when the task was cancelled meanwhile.
    private func sleep(_ duration: Duration) async -> Bool {
        do {
            try await ContinuousClock().sleep(for: duration)
            return !Task.isCancelled
        } catch {
            return false
        }
    }
}

/// A lock that can be kept where a value that is not copied cannot.
private final class DeliveryLock: Sendable {
    private let lock: FileLock

    init?(_ path: String) throws {
        guard let lock = try FileLock(path) else { return nil }
        self.lock = lock
    }
}
