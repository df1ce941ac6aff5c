import OrderedCollections
import RepriseExperiments
import RepriseImages
import RepriseModel
import RepriseSite
import RepriseSnapshots
import RepriseStore
import RepriseSystem

extension Laboratory {
    /// Freezes code, data and environment, and queues every run of the plan. All of it is on disk when this returns;
    /// where it throws, no run was queued.
    public func launch(
        _ plan: LaunchPlan,
        progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
    ) async throws -> Launch {
        let check = CommandCheck(world: world, isKept: plan.options.snapshot != nil)
        for name in plan.targets {
            let target = try plan.site.settings(for: name)
            for part in plan.plans { try check.check(part.part(on: name), ownPrograms: target.hasOwnPrograms) }
        }
        try await askClusters(plan.targets.map(plan.site.settings), demands: plan.demands)
        let store = try store(makingIn: try home(of: plan))
        var freezing = try freezing(plan, in: store, check: check, progress: progress)
        var generator = EntropyGenerator(world.entropy)
        let id = String(RunID(using: &generator).description.prefix(12))
        let now = world.wallClock.now()
        let settings = plan.ownSettings
        var requests: [RunRequest] = []
        var facts: Mapping = [:]
        for part in plan.plans {
            let frozen = try await freezing.freeze(part)
            facts = try await launchFacts(frozen.host, store)
            for (variant, made) in zip(part.variants, frozen.variants) {
                var request = part.request(
                    for: variant,
                    id: RunID(using: &generator),
                    launch: id,
                    snapshot: made.snapshot.id,
                    data: frozen.data,
                    target: variant.target,
                    settings: settings,
                    options: plan.options,
                    at: now
                )
                for step in request.steps.indices { request.steps[step].environment = made.environments[step] }
                requests.append(request)
            }
        }
        requests = try developed(requests, plan, in: store)
        try await readyImages(of: &requests, plan.site, store, progress)
        try announceTrackers(of: plan.site, in: store)
        try store.insert(LaunchRecord(id: id, createdAt: now, facts: facts), runs: requests)
        progress(.queued(requests.map(\.id)))
        return Launch(
            id: id,
            runs: requests.map(\.id),
            snapshot: requests.first.flatMap(\.snapshot) ?? SHA256Hasher.digest(of: [])
        )
    }

    /// Where a store is made if there is none: the project's root.
    func home(of plan: LaunchPlan) throws -> String {
        let folder = plan.plans.first?.folder ?? self.folder
        return try projectRoot(of: folder, store: folder + "/.reprise", files: world.files).root
    }

    /// What freezes the experiments of the plan.
    func freezing(
        _ plan: LaunchPlan,
        in store: Store,
        check: CommandCheck?,
        progress: @escaping @Sendable (ProgressEvent) -> Void
    ) throws -> PlanFreezing {
        PlanFreezing(
            maker: world.snapshotMaker(store.folder),
            store: store,
            probe: ImageProbe(files: store.files, folder: store.folder.root + "/images/facts"),
            check: check,
            kept: plan.options.snapshot,
            limit: try plan.site.settings.snapshotLimit,
            tell: progress,
            images: try images(of: plan, in: store, progress: progress)
        )
    }

    /// The images of the plan on each target that it goes to.
    private func images(
        of plan: LaunchPlan,
        in store: Store,
        progress: @escaping @Sendable (ProgressEvent) -> Void
    ) throws -> OrderedDictionary<String, LaunchImages> {
        var images: OrderedDictionary<String, LaunchImages> = [:]
        for name in plan.targets {
            images[name] = launchImages(try plan.site.settings(for: name), in: store, progress: progress)
        }
        return images
    }

    /// The images that are executed on the target.
    func launchImages(
        _ target: TargetSettings,
        in store: Store,
        progress: @escaping @Sendable (ProgressEvent) -> Void
    ) -> LaunchImages {
        LaunchImages(
            shelf: shelf(store),
            builder: imageBuilder(store),
            files: store.files,
            engine: { try self.engine(for: target, format: $0, in: store) },
            tell: progress
        )
    }

    /// The machine and, where steps are executed on it, the software that this launch meets, for a later judgement. An
    /// image's software is that of its snapshot whenever it is looked at.
    private func launchFacts(_ host: EnvironmentReading?, _ store: Store) async throws -> Mapping {
        let machine = try await world.snapshotMaker(store.folder).machineProbe.read(places: host?.places ?? [:])
        var facts: Mapping = ["machine": .map(machine.facts)]
        if let host { facts["environment"] = .map(host.fingerprint.facts) }
        return facts
    }

    /// The same for a repetition, as it stands now.
    func surroundings(of original: RunRequest, in store: Store) async throws -> Mapping {
        let maker = world.snapshotMaker(store.folder)
        let commands = original.steps.filter { $0.environment == nil }.map(\.command)
        guard !commands.isEmpty else { return try await launchFacts(nil, store) }
        // Where the commands start, so that a program named by a relative path is found as it was the first time.
        var folder = store.folder.root
        if let id = original.snapshot, let code = try store.snapshot(id)?.manifest.code {
            folder = try await maker.checkouts.checkout(of: code).path + (code.folder.isEmpty ? "" : "/" + code.folder)
        }
        let reading = try await maker.environmentProbe.read(
            commands: commands,
            folder: folder,
            declared: original.variables.mapValues(\.text).reduce(into: [:]) { $0[$1.key] = $1.value }
        )
        return try await launchFacts(reading, store)
    }
}

extension ExperimentPlan {
    func snapshotRequest(largest: Int64, accepting: Set<String> = [], name: String? = nil) -> SnapshotRequest {
        SnapshotRequest(
            project: project,
            folder: folder,
            rules: CodeRules(exclude: code.exclude, include: code.include, allow: code.allow, largest: largest),
            data: data.compactMap { item in
                item.path.map { path in
                    DataRequest(name: item.name, path: relativePath(path, from: folder), digest: item.digest)
                }
            },
            accepting: accepting,
            commands: commands(where: \.isHost),
            variables: declared,
            name: name
        )
    }

    fileprivate func request(
        for variant: PlannedVariant,
        id: RunID,
        launch: String,
        snapshot: Digest,
        data: [DataItem],
        target: String,
        settings: Mapping?,
        options: RunOptions,
        at now: Timestamp
    ) -> RunRequest {
        RunRequest(
            id: id,
            name: options.name.map { variants.count == 1 ? $0 : "\($0)-\(variant.number)" } ?? variant.name,
            project: project,
            experiment: variant.experiment,
            source: source,
            launch: launch,
            variant: variant.number,
            replicate: variant.replicate,
            parameters: variant.parameters,
            seed: variant.seed,
            snapshot: snapshot,
            target: target,
            settings: settings,
            steps: variant.steps,
            variables: variant.variables,
            credentials: credentials,
            outputs: outputs,
            metrics: metrics,
            data: data,
            tags: Array(OrderedSet(variant.tags + options.tags)),
            description: variant.description,
            determinism: determinism,
            createdAt: now
        )
    }
}
