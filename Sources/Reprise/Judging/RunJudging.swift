import OrderedCollections
import RepriseComparison
import RepriseModel
import RepriseSite
import RepriseSnapshots
import RepriseStore
import RepriseSystem
import RepriseTracking

extension Laboratory {
    /// The runs side by side, what differs first.
    public func compare(_ runs: [RunID]) throws -> RunComparison {
        let store = try store()
        return RunComparison(try runs.map { try execution($0, in: store) })
    }

    /// Queues the run again, from its snapshot alone: same code, parameters, seed, data and images. Supervise it
    /// afterwards.
    ///
    /// Data are not kept in the store, only their digests: they must still lie where they were. Images are those that the
    /// run had, whatever their names mean by now; where one cannot be had any more nothing is queued. It goes to the
    /// targets that the run went to, or where `target` sends it, as `RunOptions.target` has it.
    public func `repeat`(
        _ run: RunID,
        target: String? = nil,
        progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
    ) async throws -> RunID {
        let store = try store()
        let original = try store.request(run)
        try original.checkRepeatable()
        let choice = try TargetChoice(parsing: target)
        var request = original
        try request.send(to: choice)
        let site = try site(target: choice.targets.first)
        try await checkTargets(of: request, site)
        guard let snapshot = try store.snapshot(original.frozen()) else {
            throw Mistake("the snapshot of run `\(run.short)` is gone", code: "snapshot-missing", fault: .world)
        }
        try await checkData(of: original)
        try await bringImages(of: request, site, code: snapshot.manifest.code, in: store, progress)
        var generator = EntropyGenerator(world.entropy)
        let now = world.wallClock.now()
        request.id = RunID(using: &generator)
        request.name = try repetitionName(of: original, in: store)
        request.launch = request.id.description
        request.repeats = run
        request.createdAt = now
        let facts = try await surroundings(of: original, in: store)
        try store.save(snapshot)
        var requests = [request]
        try await readyImages(of: &requests, site, store, progress)
        try announceTrackers(of: site, in: store)
        try store.insert(LaunchRecord(id: request.launch, createdAt: now, facts: facts), runs: requests)
        return request.id
    }

    /// Throws for a run that has not ended: nobody knows yet how it comes out.
    public func checkEnded(_ runs: [RunID]) throws {
        for row in try rows(runs) where !row.state.isEnded {
            throw Mistake(
                "run `\(row.id.short)` cannot be judged yet",
                why: "it is \(row.state.rawValue)",
                fix: "`reprise wait \(row.id.short)` waits for its end",
                code: "run-not-ended"
            )
        }
    }

    /// Judges whether `repetition` came out as `original` did. The verdict is kept with both. Runs that have not ended are
    /// refused, and so is a run as its own repetition.
    public func judge(original: RunID, repetition: RunID) throws -> Verdict {
        let store = try store()
        guard original != repetition else {
            throw Mistake(
                "run `\(original.short)` cannot be judged by itself",
                why: "a run is always the same as itself",
                fix: "name a repetition of it, or leave `--against` out to have one made",
                code: "same-run"
            )
        }
        try checkEnded([original, repetition])
        let (left, right) = try (execution(original, in: store), execution(repetition, in: store))
        for side in [left, right] { try side.record.request.checkRepeatable() }
        let metrics = try Execution.keysToJudge(left, right)
            .map { key in
                let rule = left.record.request.metrics[key] ?? MetricRule()
                return try SeriesComparison(key: key, rule: rule)
                    .judge(points(original, key: key), points(repetition, key: key))
            }
        let outputs = OutputComparison(files: world.files, rules: left.outputRules)
            .judge(left.record.outputs, right.record.outputs) { output, _ in store.objects.path(of: output.digest) }
        let verdict = Verdict(
            original: left,
            judged: right,
            metrics: metrics,
            outputs: outputs,
            at: world.wallClock.now()
        )
        let kept = try Value(encoding: verdict)
        for run in [original, repetition] { try store.save(verdict: kept, of: run) }
        return verdict
    }

    /// All points of one series, or about `limit` of them with every minimum and maximum among them.
    public func points(_ run: RunID, key: String, limit: Int? = nil) throws -> [MetricPoint] {
        let points = try store().points(run, key, limit: limit)
        return points.values.indices.map { index in
            MetricPoint(
                key: key,
                step: points.steps[index],
                time: Timestamp(milliseconds: points.times[index]),
                value: points.values[index]
            )
        }
    }

    /// What a comparison needs of a run, with the machine and the software that this very execution met.
    private func execution(_ run: RunID, in store: Store) throws -> Execution {
        var record = try show(run)
        var manifest = try record.request.snapshot.flatMap { try store.snapshot($0)?.manifest }
        let facts = try store.launch(record.request.launch)?.facts
        if let environment = facts?["environment"]?.mapValue { manifest?.environment.facts = environment }
        if record.machine == nil { record.machine = facts?["machine"]?.mapValue.map(MachineRecord.init) }
        return Execution(record: record, manifest: manifest)
    }

    /// On each target the images of the steps that are executed there.
    private func bringImages(
        of request: RunRequest,
        _ site: Site,
        code: CodeTree,
        in store: Store,
        _ progress: @escaping @Sendable (ProgressEvent) -> Void
    ) async throws {
        let checkouts = world.snapshotMaker(store.folder).checkouts
        for target in request.targets {
            let part = request.part(on: target)
            guard part.steps.contains(where: { $0.environment != nil }) else { continue }
            let images = launchImages(
                try site.settings(for: target, saying: request.settings?[target]?.mapValue ?? [:]),
                in: store,
                progress: progress
            )
            try await RecordedImages(images: images, builder: images.builder, checkouts: checkouts)
                .bring(part, code: code)
        }
    }

    private func checkData(of request: RunRequest) async throws {
        let capture = world.snapshotMaker(try store().folder).dataCapture
        try await DataCheck(capture: capture, clock: world.wallClock).before(request)
    }

    /// `NAME-repeat`, `NAME-repeat-2`, …
    private func repetitionName(of original: RunRequest, in store: Store) throws -> String {
        let before = try store.count(matching: RunFilter(repeats: original.id, deleted: .included))
        return "\(original.name)-repeat" + (before == 0 ? "" : "-\(before + 1)")
    }
}
