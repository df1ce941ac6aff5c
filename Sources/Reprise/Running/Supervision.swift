import OrderedCollections
import RepriseDispatch
import RepriseDispatchers
import RepriseModel
import RepriseSite
import RepriseSnapshots
import RepriseStore
import RepriseSystem

extension Laboratory {
    /// Brings the runs to their end and tells what happens, each change after it is on disk.
    ///
    /// One process at a time supervises a store. Where another does, this one follows what that one writes down, and takes
    /// over when it is gone. Ending the iteration early leaves the runs as they are: they run on, and the next command
    /// finds them again.
    public func supervise(
        _ runs: [RunID],
        settings: [String] = []
    ) throws -> AsyncThrowingStream<ProgressEvent, any Error> {
        let store = try store()
        let site = try site(overrides: settings)
        let (stream, continuation) = AsyncThrowingStream<ProgressEvent, any Error>.makeStream()
        // The one place where a task outlives its caller's scope: it ends with the stream.
        let task = Task {
            do {
                try await bringToEnd(Set(runs), store, site, settings) { continuation.yield($0) }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }

    /// Supervises whatever is open in the store until nothing is, without telling anybody; what runs in the background.
    public func superviseInBackground(settings: [String] = []) async throws {
        let store = try store()
        // Whoever holds the lock may be about to leave, and may not have seen the newest runs.
        for _ in 0..<50 {
            if let lock = try SupervisorLock(folder: store.folder.root, process: processID()) {
                let deliveries = try await superviseEverything(store, settings, lock)
                // Nobody waits for this process, and the lock is for others again.
                _ = await deliveries.finish(within: .seconds(600))
                return
            }
            guard try hasOpenRuns(store) else { return }
            try await ContinuousClock().sleep(for: .milliseconds(100))
        }
    }

    private func superviseEverything(
        _ store: Store,
        _ settings: [String],
        _ lock: consuming SupervisorLock
    ) async throws -> Deliveries {
        let supervised = try supervisedSite(store, settings)
        let door = try trackingDoor(store, supervised.site)
        let supervisor = try await supervisor(supervised, door) { _ in }
        let deliveries = SiteDeliveries(laboratory: self, site: supervised)
        _ = try deliveries.now()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await deliveries.run() }
            group.addTask { await door?.serve() }
            try await supervisor.run(until: .allEnded)
            group.cancelAll()
        }
        withExtendedLifetime(lock) {}
        return try deliveries.now()
    }

    private func hasOpenRuns(_ store: Store) throws -> Bool {
        try store.count(matching: RunFilter(states: [.queued, .submitted, .running], isLaunched: true)) > 0
    }

    /// Asks whoever supervises the runs to end them. Durable when it returns; runs that have ended stay as they are.
    public func requestStop(_ runs: [RunID]) throws { try store().requestStop(runs) }

    private func bringToEnd(
        _ runs: Set<RunID>,
        _ store: Store,
        _ site: Site,
        _ settings: [String],
        tell: @escaping @Sendable (ProgressEvent) -> Void
    ) async throws {
        let follower = try RunFollower(store: store, runs: runs)
        // A mistake in what the site says of them is told before anything else.
        _ = try Deliveries(siteTrackers(site), store, world: world)
        // What clients log ends when they say so; there is nothing to supervise.
        let filter = RunFilter(ids: Array(runs), deleted: .included, isLaunched: true)
        let launched = Set(try store.runs(matching: filter, including: []).map(\.id))
        while try await follower.poll(tell) {
            let isOurs = await follower.isOpen(anyOf: launched)
            // Runs of a store that one may only look at are in the hands of those who may do more.
            if isOurs, store.isWritable,
                let lock = try SupervisorLock(folder: store.folder.root, process: processID())
            {
                try await supervise(until: .ended(launched), store, settings, follower, tell)
                withExtendedLifetime(lock) {}
            } else {
                try await ContinuousClock().sleep(for: .milliseconds(100))
            }
        }
        guard store.isWritable else { return }
        if try hasOpenRuns(store) {
            // Others' runs must not wait for the next command of a person.
            try startBackgroundSupervisor()
        }
        let deliveries = try Deliveries(
            siteTrackers((try? self.site(overrides: settings)) ?? site),
            store,
            world: world
        )
        // A tracker never delays the end of a run for long: what is left goes on behind it.
        if await deliveries.finish(within: .seconds(1)) { startBackgroundDelivery(store, settings) }
    }

    private func supervise(
        until goal: SupervisorGoal,
        _ store: Store,
        _ settings: [String],
        _ follower: RunFollower,
        _ tell: @escaping @Sendable (ProgressEvent) -> Void
    ) async throws {
        let supervised = try supervisedSite(store, settings)
        let door = try trackingDoor(store, supervised.site)
        let supervisor = try await supervisor(supervised, door, tell)
        let events = await supervisor.events()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await event in events {
                    event.progress.map(tell)
                    if case .changed = event { _ = try await follower.poll(tell) }
                }
            }
            group.addTask { await SiteDeliveries(laboratory: self, site: supervised).run() }
            group.addTask { await door?.serve() }
            try await supervisor.run(until: goal)
            group.cancelAll()
        }
    }

    private func supervisedSite(_ store: Store, _ overrides: [String]) throws -> SupervisedSite {
        try SupervisedSite(self, store, overrides: overrides) { settings, known, grace in
            try self.supervisorTarget(settings, known, store, grace: grace)
        }
    }

    private func supervisor(
        _ supervised: SupervisedSite,
        _ door: TrackingDoor?,
        _ tell: @escaping @Sendable (ProgressEvent) -> Void
    ) async throws -> Supervisor {
        Supervisor(
            ledger: supervised.store,
            lifecycle: try keeper(supervised, door, tell),
            targets: try supervised.everyTarget(),
            source: supervised,
            clock: ContinuousClock(),
            wallClock: world.wallClock
        )
    }
}

extension SupervisorEvent {
    /// What a person hears of it.
    fileprivate var progress: ProgressEvent? {
        switch self {
        case .changed(let change): .changed(change.key.run, job: change.key, state: change.state, reason: change.reason)
        case .waits(let key, let reason): .waiting(key, reason: reason)
        case .trouble(let text): .note(text)
        case .counts: nil
        }
    }
}
