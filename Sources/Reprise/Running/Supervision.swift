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
        let site = try site(overrides: settings)
        let door = try trackingDoor(store, site)
        let supervisor = try await supervisor(store, site, door) { _ in }
        let deliveries = try Deliveries(siteTrackers(site), store, world: world)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await deliveries.run() }
            group.addTask { await door?.serve() }
            try await supervisor.run(until: .allEnded)
            group.cancelAll()
        }
        withExtendedLifetime(lock) {}
        return deliveries
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
        let deliveries = try Deliveries(siteTrackers(site), store, world: world)
        // What clients log ends when they say so; there is nothing to supervise.
        let filter = RunFilter(ids: Array(runs), deleted: .included, isLaunched: true)
        let launched = Set(try store.runs(matching: filter, including: []).map(\.id))
        while try await follower.poll(tell) {
            let isOurs = await follower.isOpen(anyOf: launched)
            if isOurs, let lock = try SupervisorLock(folder: store.folder.root, process: processID()) {
                try await supervise(until: .ended(launched), store, site, deliveries, follower, tell)
                withExtendedLifetime(lock) {}
            } else {
                try await ContinuousClock().sleep(for: .milliseconds(100))
            }
        }
        if try hasOpenRuns(store) {
            // Others' runs must not wait for the next command of a person.
            try startBackgroundSupervisor()
        }
        // A tracker never delays the end of a run for long: what is left goes on behind it.
        if await deliveries.finish(within: .seconds(1)) { startBackgroundDelivery(store, settings) }
    }

    private func supervise(
        until goal: SupervisorGoal,
        _ store: Store,
        _ site: Site,
        _ deliveries: Deliveries,
        _ follower: RunFollower,
        _ tell: @escaping @Sendable (ProgressEvent) -> Void
    ) async throws {
        let door = try trackingDoor(store, site)
        let supervisor = try await supervisor(store, site, door, tell)
        let events = await supervisor.events()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await event in events {
                    event.progress.map(tell)
                    if case .changed = event { _ = try await follower.poll(tell) }
                }
            }
            group.addTask { await deliveries.run() }
            group.addTask { await door?.serve() }
            try await supervisor.run(until: goal)
            group.cancelAll()
        }
    }

    private func supervisor(
        _ store: Store,
        _ site: Site,
        _ door: TrackingDoor?,
        _ tell: @escaping @Sendable (ProgressEvent) -> Void
    ) async throws -> Supervisor {
        let settings = try site.settings
        var pace = SupervisorPace()
        pace.grace = settings.grace
        return Supervisor(
            ledger: store,
            lifecycle: try keeper(store, site, settings, door, tell),
            targets: try targets(of: site, store, grace: settings.grace),
            clock: ContinuousClock(),
            wallClock: world.wallClock,
            pace: pace
        )
    }

    private func keeper(
        _ store: Store,
        _ site: Site,
        _ settings: Settings,
        _ door: TrackingDoor?,
        _ tell: @escaping @Sendable (ProgressEvent) -> Void
    ) throws -> RunKeeper {
        let maker = world.snapshotMaker(store.folder)
        let elsewhere = try site.targets.filter { try !site.settings(for: $0).kind.executesHere }
        let folders = RunFolders(store: store, workspaces: maker.workspaces, elsewhere: Set(elsewhere))
        let staging = try site.targets.filter { try site.settings(for: $0).stagesFiles }
        return RunKeeper(
            store: store,
            folders: folders,
            containers: RunContainers(
                places: try containerPlaces(of: site, store),
                fetched: try fetchedImages(of: site, store, tell),
                shelf: shelf(store),
                files: world.files,
                tell: tell
            ),
            parcels: RunParcels(
                targets: Set(staging),
                store: store,
                folders: folders,
                archives: maker.codeArchives,
                changes: maker.workspaceChanges
            ),
            credentials: CredentialStore(
                site,
                environment: world.variables,
                files: world.files,
                processes: world.processes
            ),
            overlay: world.overlayMount,
            data: DataCheck(capture: maker.dataCapture, clock: world.wallClock),
            outputs: KeptOutputs(
                limit: settings.outputLimit,
                targets: Set(elsewhere).subtracting(staging),
                files: world.files
            ),
            events: EventFiles(store: store, folders: folders, pattern: settings.tensorBoard.map(PathPattern.init)),
            door: door,
            onMetrics: { tell(.metrics($0, $1)) }
        )
    }

    private func targets(of site: Site, _ store: Store, grace: Duration) throws -> [String: SupervisorTarget] {
        let machine = MachineSize.live(world.files)
        let files = world.files
        let root = store.folder.root
        var targets: [String: SupervisorTarget] = [:]
        for name in site.targets {
            let settings = try site.settings(for: name)
            guard settings.isSupported else { continue }
            guard settings.kind.executesHere else {
                let parts = world.clusterParts(settings, store: root, grace: grace)
                targets[name] = SupervisorTarget(
                    dispatcher: try DispatcherList.make(parts),
                    capacity: DispatcherList.cluster(parts)?.capacity ?? .unbounded,
                    freeDisk: { try? files.freeSpace(root) },
                    own: { [world] said in
                        // What the site says too needs no dispatcher of its own.
                        let own = settings.overridden(by: said)
                        guard own != settings else { return nil }
                        return try DispatcherList.make(world.clusterParts(own, store: root, grace: grace))
                    },
                    divides: { settings.overridden(by: $0).mostRuns == nil }
                )
                continue
            }
            let known = settings.memory ?? machine.memory
            let gpus = settings.gpus.map { Array(machine.gpus.prefix($0)) } ?? machine.gpus
            targets[name] = SupervisorTarget(
                dispatcher: try dispatcher(of: settings, store, grace: grace),
                capacity: Capacity(
                    slots: settings.slots,
                    cpus: max(settings.cpus ?? machine.processors, 1),
                    memory: known,
                    gpus: gpus
                ),
                freeDisk: { try? files.freeSpace(root) }
            )
        }
        return targets
    }

    private func dispatcher(of target: TargetSettings, _ store: Store, grace: Duration) throws -> any Dispatcher {
        let parts = DispatcherParts(
            target: target,
            files: world.files,
            processes: world.processes,
            variables: world.variables,
            grace: grace,
            wallClock: world.wallClock,
            engine: try engine(for: target, in: store),
            // A target that cannot execute files may execute other images.
            apptainer: try? engine(for: target, format: .sif, in: store)
        )
        return try DispatcherList.make(parts)
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
