import OrderedCollections
import RepriseDispatch
import RepriseDispatchers
import RepriseModel
import RepriseSite
import RepriseSnapshots
import RepriseStore
import RepriseSystem

/// What a supervisor is made of.
extension Laboratory {
    func keeper(
        _ site: SupervisedSite,
        _ door: TrackingDoor?,
        _ tell: @escaping @Sendable (ProgressEvent) -> Void
    ) throws -> RunKeeper {
        let store = site.store
        let maker = world.snapshotMaker(store.folder)
        let folders = RunFolders(store: store, workspaces: maker.workspaces) { request in
            request.targets.allSatisfy { name in
                let said = request.settings?[name]?.mapValue ?? [:]
                return (try? site.settings(of: name, saying: said).kind.executesHere) ?? false
            }
        }
        return RunKeeper(
            site: site,
            store: store,
            folders: folders,
            containers: RunContainers(
                place: containerPlaces(store),
                fetched: fetchedImages(store, { site.site }, tell),
                shelf: shelf(store),
                files: world.files,
                tell: tell
            ),
            parcels: RunParcels(
                store: store,
                folders: folders,
                archives: maker.codeArchives,
                changes: maker.workspaceChanges
            ),
            credentials: CredentialStore(
                site.site,
                environment: world.variables,
                files: world.files,
                processes: world.processes
            ),
            overlay: world.overlayMount,
            data: DataCheck(capture: maker.dataCapture, clock: world.wallClock),
            outputs: KeptOutputs(limit: { site.outputLimit }, files: world.files),
            events: EventFiles(store: store, folders: folders, pattern: { site.eventFiles }),
            door: door,
            onMetrics: { tell(.metrics($0, $1)) }
        )
    }

    /// `known` is a dispatcher that the target has already.
    func supervisorTarget(
        _ target: TargetSettings,
        _ known: (any Dispatcher)?,
        _ store: Store,
        grace: @escaping @Sendable () -> Duration
    ) throws -> SupervisorTarget {
        let files = world.files
        let root = store.folder.root
        let dispatcher = try known ?? dispatcher(of: target, store, grace: grace)
        return SupervisorTarget(
            dispatcher: dispatcher,
            capacity: capacity(of: target, store),
            freeDisk: { try? files.freeSpace(root) },
            own: { said in
                // What the site says too needs no dispatcher of its own.
                let own = target.overridden(by: said)
                guard own.kind.executesHere == target.kind.executesHere else { throw Self.otherKind(own, target) }
                let isSame = own.kind.executesHere ? own.withoutCapacity == target.withoutCapacity : own == target
                return isSame ? nil : try self.dispatcher(of: own, store, grace: grace)
            },
            divides: { target.overridden(by: $0).mostRuns == nil },
            settings: target.values
        )
    }

    private static func otherKind(_ own: TargetSettings, _ target: TargetSettings) -> Mistake {
        Mistake(
            "the target `\(own.name)` is of kind `\(own.kind.rawValue)` for this run",
            why: "other runs that have not ended yet go to a target of that name of kind `\(target.kind.rawValue)`",
            fix: "queue it again when they have ended, or give the target another name",
            code: "changed-kind"
        )
    }

    private func capacity(of target: TargetSettings, _ store: Store) -> Capacity {
        target.kind.executesHere
            ? world.capacity(here: target)
            : world.cluster(target, store: store.folder.root)?.capacity ?? .unbounded
    }

    private func dispatcher(
        of target: TargetSettings,
        _ store: Store,
        grace: @escaping @Sendable () -> Duration
    ) throws -> any Dispatcher {
        guard target.kind.executesHere else {
            return try DispatcherList.make(world.clusterParts(target, store: store.folder.root))
        }
        return try DispatcherList.make(
            DispatcherParts(
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
        )
    }
}
