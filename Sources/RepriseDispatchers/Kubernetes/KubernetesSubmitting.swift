import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseSystem

/// From jobs to the objects that the cluster takes.
extension Kubernetes {
    func handOver(_ jobs: [Job]) async -> Results {
        let place = await places.current()
        let watch = await places.watch(at: place)
        let results = await tryToHandOver(jobs, place, watch)
        let forbidden = await watch.forbidden(results.values.contains { $0.isForbidden })
        return results.mapValues { $0.mapError { KubernetesAway.passing($0, forbidden: forbidden) } }
    }

    private func tryToHandOver(_ jobs: [Job], _ place: KubernetesPlace?, _ watch: KubernetesWatch) async -> Results {
        var results: Results = [:]
        var ready: [(job: Job, entry: KubernetesManifest.Entry)] = []
        do {
            if let conflict = settings.conflict { throw conflict }
            for job in jobs {
                do { ready.append((job, try entry(of: job))) } catch { results[job.key] = .failure(error) }
            }
            guard !ready.isEmpty else { return results }
            let answers = try await create(ready, place, watch)
            for (key, result) in answers { results[key] = result }
        } catch {
            for job in jobs where results[job.key] == nil { results[job.key] = .failure(error) }
        }
        return results
    }

    private func entry(of job: Job) throws -> KubernetesManifest.Entry {
        guard let image = job.container?.image ?? settings.image else {
            throw KubernetesError.noImage(job: job.key.description)
        }
        for path in [job.folder] + (job.container?.mounts.map(\.source) ?? []) {
            if let volume = settings.volume, !volume.holds(path) {
                throw KubernetesError.outsideVolume(path: path, volume: volume.path)
            }
        }
        guard job.container?.network != StepEnvironment.Network.none else {
            throw KubernetesError.network(job: job.key.description)
        }
        return KubernetesManifest.Entry(
            name: KubernetesNames.job(job.key),
            key: job.key.description,
            run: job.key.run.description,
            folder: job.folder,
            resources: job.resources,
            image: image,
            usesHostNetwork: job.container?.network == .host,
            isReadOnly: job.container?.isReadOnly ?? false,
            sharedMemory: job.container?.sharedMemory,
            secrets: job.secrets
        )
    }

    private func create(
        _ ready: [(job: Job, entry: KubernetesManifest.Entry)],
        _ place: KubernetesPlace?,
        _ watch: KubernetesWatch
    ) async throws -> Results {
        let store = try mark()
        let commands = watch.commands
        async let keeper = settings.volume == nil ? watch.keeper() : KubernetesKeeper()
        let (loaded, maps, own) = try await load(ready, store: store, watch)
        let manifest = KubernetesManifest(settings: settings, store: store, owner: owner, keeper: await keeper)
        for (job, entry) in loaded { try jobFiles.write(.init(name: entry.name, place: place), of: job) }
        let objects = loaded.flatMap { job, entry in
            (own[job.key] ?? []) + [manifest.secret(entry), manifest.job(entry)].compactMap { $0 }
        }
        // What several jobs share goes first, so that it is there when they are.
        var answer = try await commands.create(manifest.list(maps + objects), lock: folder + "/kubectl.lock")
        try await takeBackIncomplete(loaded.map(\.entry), fresh: Set(maps.compactMap(Self.name)), &answer, commands)
        let missing = loaded.map(\.entry.name).filter { answer.uids[$0] == nil }
        let refusal = answer.words.map { KubernetesError.refusal($0, command: "create", settings) }
        // Among them those that were there already.
        if !missing.isEmpty, refusal?.isCertain != true || answer.words?.contains("AlreadyExists") == true {
            answer.uids.merge(try await commands.identify(missing)) { first, _ in first }
        }
        let isOwned = await self.own(loaded.map(\.entry), answer.uids, manifest, commands)
        var results: Results = [:]
        for (job, entry) in loaded {
            results[job.key] =
                if let uid = answer.uids[entry.name] {
                    note(.init(name: entry.name, uid: uid, isOwned: isOwned, place: place), of: job)
                } else {
                    .failure(await refused(job, entry, answer.words ?? "", commands))
                }
        }
        await watch.hasSubmitted()
        return results
    }

    typealias Results = [JobKey: Result<JobHandle, any Error>]

    private func note(
        _ submission: KubernetesJobFiles.Submission,
        of job: Job
    ) -> Result<JobHandle, any Error> {
        // Whoever finds none of these asks the cluster for the name.
        try? jobFiles.write(submission, of: job)
        return .success(JobHandle(submission.name))
    }

    private static func name(_ object: Value) -> String? { object[path: "metadata.name"]?.stringValue }

    /// Takes away those Jobs at once that would wait for ever for something that the cluster did not take with them. `fresh`
    /// are the shared ConfigMaps that were to be made.
    private func takeBackIncomplete(
        _ entries: [KubernetesManifest.Entry],
        fresh: Set<String>,
        _ answer: inout KubernetesCommands.Creation,
        _ commands: KubernetesCommands
    ) async throws {
        guard answer.words != nil else { return }
        let there = answer.belongings
        let incomplete = entries.filter { entry in
            let maps = (entry.cargo?.maps ?? []).filter { $0.hasPrefix(entry.name + "-") || fresh.contains($0) }
            return !(maps + (entry.secrets.isEmpty ? [] : [entry.name])).allSatisfy(there.contains)
        }
        let names = incomplete.map(\.name).filter { answer.uids[$0] != nil }
        guard !names.isEmpty else { return }
        try await commands.delete(names.map { "job/" + $0 })
        for name in names { answer.uids[name] = nil }
    }

    /// What goes into the cluster before the jobs: contents that several share, and what is each one's own.
    private func load(
        _ ready: [(job: Job, entry: KubernetesManifest.Entry)],
        store: String,
        _ watch: KubernetesWatch
    ) async throws -> (jobs: [(job: Job, entry: KubernetesManifest.Entry)], maps: [Value], own: [JobKey: [Value]]) {
        guard settings.volume == nil else { return (ready, [], [:]) }
        let loading = KubernetesLoading(commands: watch.commands, files: files, processes: processes, folder: folder)
        var loaded: [(job: Job, entry: KubernetesManifest.Entry)] = []
        var own: [JobKey: [Value]] = [:]
        var contents: OrderedSet<KubernetesLoading.Shared> = []
        for (job, entry) in ready {
            guard let parcel = job.parcel else { throw KubernetesError.noParcel(job: job.key.description) }
            let shared = try await loading.shared(by: parcel, store: store)
            contents.append(contentsOf: shared)
            let load = try loading.load(parcel, of: entry, below: job.key.folder, shared: shared, store: store)
            var entry = entry
            entry.cargo = load.cargo
            loaded.append((job, entry))
            own[job.key] = load.own
        }
        if !contents.isEmpty { await watch.note(mayHaveContents: true) }
        let missing = try await loading.missing(Array(contents), store: store)
        return (loaded, missing, own)
    }

    /// A job that the cluster has not taken: nothing of it stays there.
    private func refused(
        _ job: Job,
        _ entry: KubernetesManifest.Entry,
        _ words: String,
        _ commands: KubernetesCommands
    ) async -> any Error {
        let own = words.split(separator: "; ").filter { $0.contains(entry.name) }.joined(separator: "; ")
        let error = KubernetesError.refusal(own.isEmpty ? words : own, command: "create", settings)
        guard error.isCertain else { return error }
        try? await commands.deleteBelongings(of: [entry.name])
        jobFiles.forget(job)
        return error
    }

    /// What belongs to a Job goes away with it, whoever takes it away. Where this user may not see to that, it is taken away
    /// when the job has ended.
    private func own(
        _ entries: [KubernetesManifest.Entry],
        _ uids: [String: String],
        _ manifest: KubernetesManifest,
        _ commands: KubernetesCommands
    ) async -> Bool {
        let objects = entries.flatMap { entry -> [Value] in
            guard let uid = uids[entry.name] else { return [] }
            let secrets = entry.secrets.isEmpty ? [] : [("Secret", entry.name)]
            let maps = (entry.cargo?.maps ?? []).filter { $0.hasPrefix(entry.name + "-") }.map { ("ConfigMap", $0) }
            return (secrets + maps).map { KubernetesManifest.owned($0.0, $0.1, by: entry.name, uid: uid) }
        }
        guard !objects.isEmpty else { return true }
        do { try await commands.own(manifest.list(objects)) } catch { return false }
        return true
    }
}

extension Result<JobHandle, any Error> {
    fileprivate var isForbidden: Bool {
        if case .failure(let error as KubernetesError) = self, case .notPermitted = error { true } else { false }
    }
}
