import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseSite
import RepriseSnapshots
import RepriseStore
import RepriseSystem
import RepriseTracking

/// What happens around each job: its folder is filled before it starts, and what it leaves is taken in.
struct RunKeeper: JobLifecycle {
    let site: SupervisedSite
    let store: Store
    let folders: RunFolders
    let containers: RunContainers
    let parcels: RunParcels
    let credentials: CredentialStore
    let overlay: OverlayMount
    let data: DataCheck
    let outputs: KeptOutputs
    let events: EventFiles
    /// Where the jobs' programs log by mlflow; nil where they are given no such place.
    let door: TrackingDoor?
    /// Told which runs have logged something.
    let onMetrics: @Sendable (RunID, [SeriesSummary]) -> Void

    private var ingest: MetricIngest { MetricIngest(store: store, files: store.files, clock: store.clock) }

    func prepare(_ job: LedgerJob) async throws -> Job {
        let key = job.record.key
        let request = try await folders.request(key.run)
        try await data.before(request)
        let plan = try await folders.makeReady(request)
        let position = try Self.position(of: key, in: request)
        var prepared = try await self.job(job, request)
        if key.folder.isEmpty == false { try store.files.makeFolder(prepared.folder) }
        let target = try site.settings(of: job)
        let container = try await containers.prepare(
            request.steps[position],
            of: request,
            on: target,
            job.resources,
            run: job.runFolder
        )
        prepared.container = container?.container
        for note in container?.notes ?? [] { try store.note(note, on: key.run) }
        var input = try await scriptInput(key, request, position, plan)
        if let door, container?.reachesLoopback ?? true, target.kind.executesHere {
            input.surroundings = await door.variables(for: request)
        }
        if target.stagesFiles { prepared.parcel = try await parcels.parcel(of: job, request, plan: plan) }
        input.carriesData = prepared.parcel != nil
        if KeptOutputs.keepsAside(target) { input.keeps = KeptOutputs.patterns(request.steps[position], of: request) }
        try store.files.write(RunScript.text(input), to: prepared.folder + "/run.sh", mode: 0o755)
        try site.note(target, for: job)
        return prepared
    }

    func adopt(_ job: LedgerJob) async throws -> Job {
        await door?.answer()
        let request = try await folders.request(job.record.key.run)
        var adopted = try await self.job(job, request)
        let step = request.steps[try Self.position(of: job.record.key, in: request)]
        let target = try site.settings(of: job)
        adopted.container = try containers.adopt(step, of: request, on: target, run: job.runFolder)
        if target.stagesFiles { adopted.parcel = parcels.bare(job, request) }
        return adopted
    }

    private func job(_ job: LedgerJob, _ request: RunRequest) async throws -> Job {
        var secrets: [String: String] = [:]
        if !request.credentials.isEmpty { await credentials.renew(site.site) }
        for (variable, name) in request.credentials {
            secrets[variable] = try await credentials.resolve(name.text).reveal()
        }
        let folder = job.record.key.folder
        return Job(
            key: job.record.key,
            folder: folder.isEmpty ? job.runFolder : "\(job.runFolder)/\(folder)",
            resources: job.resources,
            secrets: secrets
        )
    }

    private static func position(of key: JobKey, in request: RunRequest) throws -> Int {
        guard let position = request.steps.firstIndex(where: { $0.name == key.step }) else {
            throw Mistake("run \(key.run.short) has no step `\(key.step ?? "")`", code: "unknown-step", fault: .bug)
        }
        return position
    }

    private func scriptInput(
        _ key: JobKey,
        _ request: RunRequest,
        _ position: Int,
        _ plan: WorkspacePlan
    ) async throws -> RunScriptInput {
        var input = RunScriptInput(
            request: request,
            step: request.steps[position],
            key: key,
            seed: seed(of: key, at: position, request),
            folder: try await folders.manifest(request.frozen()).code.folder
        )
        if case .overlay(let lower) = plan {
            let script = overlay.script(lower: lower, work: store.folder.run(key.run) + "/work")
            input.head = script.head
            input.wrapper = script.commandPrefix.isEmpty ? nil : script.commandPrefix.joined(separator: " ")
        }
        return input
    }

    /// A run of a single command has the run's own seed; steps and splits derive theirs by number.
    private func seed(of key: JobKey, at position: Int, _ request: RunRequest) -> Seed {
        let step = key.step == nil ? request.seed : request.seed.child(position)
        return key.split.map { step.child($0) } ?? step
    }

    func observe(_ jobs: [Job]) async {
        do {
            let redactor = await credentials.redactor
            var tails = jobs.flatMap(tails)
            for run in Set(jobs.map(\.key.run)).sorted() { tails += try await events.tails(of: run, isFinal: false) }
            guard try ingest.take(tails, isFinal: false, cleaning: { redactor.redact($0) }) > 0 else { return }
            for run in Set(jobs.map(\.key.run)).sorted() {
                let summaries = try store.summaries(run)
                if !summaries.isEmpty { onMetrics(run, summaries) }
            }
        } catch {
            // Nothing is lost: the end of the job takes in everything from where the store knows it was read to.
            return
        }
    }

    func settle(_ job: Job, status: JobStatus) async throws {
        let request = try await folders.request(job.key.run)
        // Metrics first: a log that changes after it was taken in to its end is not read again.
        let redactor = await credentials.redactor
        let tails = try await tails(of: job) + events.tails(of: job.key.run, isFinal: true)
        try ingest.take(tails, isFinal: true) { redactor.redact($0) }
        try await redactLogs(of: job, request)
        try parcels.noteLosses(of: job)
        let collected = try await collect(job, request)
        if !collected.records.isEmpty { try store.save(collected.records, of: job.key.run) }
        let changed = try await data.after(request)
        for note in (isDone(status) ? collected.notes : []) + changed { try store.note(note, on: job.key.run) }
    }

    /// A missing output is worth a word only where the command claims success.
    private func isDone(_ status: JobStatus) -> Bool {
        if case .ended(let record, _) = status { record.isSuccess } else { false }
    }

    private func tails(of job: Job) -> [MetricTail] {
        let below = job.key.folder.isEmpty ? "" : job.key.folder + "/"
        return [("metrics.jsonl", MetricTail.Kind.lines), ("stdout.log", .log)]
            .map { name, kind in
                MetricTail(run: job.key.run, source: below + name, path: "\(job.folder)/\(name)", kind: kind)
            }
    }

    private func collect(_ job: Job, _ request: RunRequest) async throws -> CollectedOutputs {
        let step = request.steps.first { $0.name == job.key.step }
        let isLast = request.steps.last?.name == job.key.step
        let folder = store.folder.run(job.key.run)
        let code = try await folders.manifest(request.frozen()).code
        var work = "\(folder)/work"
        if case .overlay = try await folders.plan(of: job.key.run) { work = overlay.upper(of: work) }
        let collector = OutputCollector(files: store.files, content: store.objects, largest: outputs.limit())
        var places = OutputCollector.Places(
            run: folder,
            work: code.folder.isEmpty ? work : "\(work)/\(code.folder)",
            outputs: "\(folder)/outputs",
            project: request.development
        )
        let isKept = try outputs.useKept(of: job, &places)
        // What the whole run is to leave may come from any step, and which of them ends last nobody knows beforehand.
        var collected = try collector.collect((step?.outputs ?? []) + request.outputs, in: places)
        if !isLast, !request.outputs.isEmpty {
            collected.notes = try collector.collect(step?.outputs ?? [], in: places).notes
        }
        if isKept { collected.notes += try outputs.changes(of: job, collected.records) }
        return collected
    }

    /// What the program itself has printed of its secrets goes out of the logs that are kept.
    private func redactLogs(of job: Job, _ request: RunRequest) async throws {
        guard !request.credentials.isEmpty else { return }
        let redactor = await credentials.redactor
        for name in ["stdout.log", "stderr.log"] {
            let path = "\(job.folder)/\(name)"
            if try store.files.exists(path) { try redact(path, redactor) }
        }
    }

    /// Piece by piece: a log may be larger than the memory.
    private func redact(_ path: String, _ redactor: Redactor) throws {
        let copy = path + ".clean"
        try store.files.remove(copy)
        try store.files.write("", to: copy)
        var stream = redactor.stream()
        var offset: Int64 = 0
        while true {
            let piece = try store.files.read(path, offset: offset, count: 4 << 20)
            if piece.isEmpty { break }
            offset += Int64(piece.count)
            try store.files.append(stream.feed(piece), to: copy)
        }
        try store.files.append(stream.finish(), to: copy)
        try store.files.rename(copy, to: path)
    }
}
