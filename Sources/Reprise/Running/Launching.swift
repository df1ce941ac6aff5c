import OrderedCollections
import RepriseExperiments
import RepriseModel
import RepriseSite
import RepriseSnapshots
import RepriseStore
import RepriseSystem

/// A snapshot in the store, with what only this machine knows about it.
struct FrozenSnapshot {
    var record: SnapshotRecord
    var data: [DataItem]
    /// Where interpreters lie here.
    var places: Mapping
}

extension Laboratory {
    /// Freezes code, data and environment, and queues every run of the plan. All of it is on disk when this returns;
    /// where it throws, no run was queued.
    public func launch(
        _ plan: LaunchPlan,
        progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
    ) async throws -> Launch {
        let commands = CommandCheck(world: world, isKept: plan.options.snapshot != nil)
        for part in plan.plans { try commands.check(part) }
        try refuseImages(in: plan)
        let home = try home(of: plan)
        let store = try store(makingIn: home)
        var generator = EntropyGenerator(world.entropy)
        let id = String(RunID(using: &generator).description.prefix(12))
        let now = world.wallClock.now()
        var requests: [RunRequest] = []
        var facts: Mapping = [:]
        for part in plan.plans {
            let made = try await snapshot(of: part, plan, in: store, progress: progress)
            facts = try await launchFacts(made, store)
            for variant in part.variants {
                requests.append(
                    part.request(
                        for: variant,
                        id: RunID(using: &generator),
                        launch: id,
                        snapshot: made.record.id,
                        data: made.data,
                        target: plan.target,
                        options: plan.options,
                        at: now
                    )
                )
            }
        }
        requests = try developed(requests, plan, in: store)
        try announceTrackers(of: plan.site, in: store)
        try store.insert(LaunchRecord(id: id, createdAt: now, facts: facts), runs: requests)
        progress(.queued(requests.map(\.id)))
        return Launch(
            id: id,
            runs: requests.map(\.id),
            snapshot: requests.first.flatMap(\.snapshot) ?? SHA256Hasher.digest(of: [])
        )
    }

    private func refuseImages(in plan: LaunchPlan) throws {
        for environment in plan.plans.flatMap(\.environments) where environment.text != nil {
            throw Mistake(
                "images cannot be used yet",
                fix: "run it on the host: take this out of `environment`",
                code: "unsupported",
                place: environment.place
            )
        }
    }

    /// Where a store is made if there is none: the project's root.
    func home(of plan: LaunchPlan) throws -> String {
        let folder = plan.plans.first?.folder ?? self.folder
        return try projectRoot(of: folder, store: folder + "/.reprise", files: world.files).root
    }

    func snapshot(
        of part: ExperimentPlan,
        _ plan: LaunchPlan,
        in store: Store,
        progress: @escaping @Sendable (ProgressEvent) -> Void
    ) async throws -> FrozenSnapshot {
        let maker = world.snapshotMaker(store.folder)
        if let name = plan.options.snapshot { return try await kept(name, for: part, maker, store) }
        let limit = try plan.site.settings.snapshotLimit
        let made = try await maker.make(part.snapshotRequest(largest: limit)) { step in
            switch step {
            case .code(let done, let total): progress(.snapshot(what: "code", done: done, total: total))
            case .data(let done, let total): progress(.snapshot(what: "data", done: Int(done), total: Int(total)))
            }
        }
        try store.save(made.record)
        return FrozenSnapshot(record: made.record, data: made.data, places: made.places)
    }

    /// A snapshot that was taken before, with the data that lie here now checked against it.
    private func kept(
        _ name: String,
        for part: ExperimentPlan,
        _ maker: SnapshotMaker,
        _ store: Store
    ) async throws -> FrozenSnapshot {
        let record = try store.resolveSnapshot(name)
        let request = part.snapshotRequest(largest: .max)
        let data = try await maker.dataCapture.capture(request.data, in: request.folder)
        for item in data
        where !record.manifest.data.contains(where: { $0.name == item.name && $0.digest == item.digest }) {
            throw Mistake(
                "the data `\(item.name)` are not those of the snapshot `\(name)`",
                why: "here: \(item.digest.short)",
                fix: "bring the content back, or run without `--snapshot`",
                code: "data-changed"
            )
        }
        // Makes it young again, so that a collection of garbage at this moment leaves it alone.
        try store.save(record)
        return FrozenSnapshot(record: record, data: data, places: [:])
    }

    /// The machine and the software that this launch meets, for a later judgement.
    private func launchFacts(_ made: FrozenSnapshot, _ store: Store) async throws -> Mapping {
        let machine = try await world.snapshotMaker(store.folder).machineProbe.read(places: made.places)
        return [
            "machine": .map(machine.facts),
            "environment": .map(made.record.manifest.environment.facts),
        ]
    }

    /// The same for a repetition, as it stands now.
    func surroundings(of original: RunRequest, in store: Store) async throws -> Mapping {
        let maker = world.snapshotMaker(store.folder)
        // Where the commands start, so that a program named by a relative path is found as it was the first time.
        var folder = store.folder.root
        if let id = original.snapshot, let code = try store.snapshot(id)?.manifest.code {
            folder = try await maker.checkouts.checkout(of: code).path + (code.folder.isEmpty ? "" : "/" + code.folder)
        }
        let reading = try await maker.environmentProbe.read(
            commands: original.steps.map(\.command),
            folder: folder,
            declared: original.variables.mapValues(\.text).reduce(into: [:]) { $0[$1.key] = $1.value }
        )
        let machine = try await maker.machineProbe.read(places: reading.places)
        return ["machine": .map(machine.facts), "environment": .map(reading.fingerprint.facts)]
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
            commands: variants.first?.steps.map(\.command) ?? [],
            variables: variants.first?.variables.mapValues(\.text).reduce(into: [:]) { $0[$1.key] = $1.value } ?? [:],
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
