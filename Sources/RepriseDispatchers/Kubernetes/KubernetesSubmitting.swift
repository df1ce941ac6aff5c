import RepriseDispatch
import RepriseModel
import RepriseSystem

/// From jobs to the objects that the cluster takes.
extension Kubernetes {
    func handOver(_ jobs: [Job]) async -> [JobKey: Result<JobHandle, any Error>] {
        var results: [JobKey: Result<JobHandle, any Error>] = [:]
        var ready: [(job: Job, entry: KubernetesManifest.Entry)] = []
        do {
            if let conflict = settings.conflict { throw conflict }
            for job in jobs {
                do { ready.append((job, try entry(of: job))) } catch { results[job.key] = .failure(error) }
            }
            guard !ready.isEmpty else { return results }
            let answers = try await create(ready)
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
        return KubernetesManifest.Entry(
            name: KubernetesNames.job(job.key),
            key: job.key.description,
            run: job.key.run.description,
            folder: job.folder,
            resources: job.resources,
            image: image,
            isReadOnly: job.container?.isReadOnly ?? false,
            sharedMemory: job.container?.sharedMemory,
            secrets: job.secrets
        )
    }

    private func create(
        _ ready: [(job: Job, entry: KubernetesManifest.Entry)]
    ) async throws -> [JobKey: Result<JobHandle, any Error>] {
        let manifest = KubernetesManifest(settings: settings, store: try mark(), owner: owner)
        for (job, entry) in ready { try jobFiles.write(.init(name: entry.name), of: job) }
        let objects = ready.flatMap { [manifest.secret($0.entry), manifest.job($0.entry)].compactMap { $0 } }
        var (uids, words) = try await commands.create(manifest.list(objects), lock: folder + "/kubectl.lock")
        let missing = ready.map(\.entry.name).filter { uids[$0] == nil }
        // Among them those that were there already.
        if !missing.isEmpty { uids.merge(try await commands.identify(missing)) { first, _ in first } }
        var results: [JobKey: Result<JobHandle, any Error>] = [:]
        for (job, entry) in ready {
            if let uid = uids[entry.name] {
                let submission = KubernetesJobFiles.Submission(name: entry.name, uid: uid)
                // Whoever finds none of these asks the cluster for the name.
                try? jobFiles.write(submission, of: job)
                results[job.key] = submission.handle.map { .success($0) }
            } else {
                results[job.key] = .failure(await refused(job, entry, words ?? ""))
            }
        }
        await own(ready.map(\.entry), uids, manifest)
        return results
    }

    /// A job that the cluster has not taken: nothing of it stays there.
    private func refused(_ job: Job, _ entry: KubernetesManifest.Entry, _ words: String) async -> any Error {
        let own = words.split(separator: "; ").filter { $0.contains(entry.name) }.joined(separator: "; ")
        let error = KubernetesError.refusal(own.isEmpty ? words : own, command: "create", settings)
        guard error.isCertain else { return error }
        if !entry.secrets.isEmpty { try? await commands.delete(["secret/" + entry.name]) }
        jobFiles.forget(job)
        return error
    }

    /// Secrets go away with their Jobs, whoever takes those away.
    private func own(
        _ entries: [KubernetesManifest.Entry],
        _ uids: [String: String],
        _ manifest: KubernetesManifest
    ) async {
        let objects = entries.filter { !$0.secrets.isEmpty }
            .compactMap { entry in
                uids[entry.name].map { KubernetesManifest.owned("Secret", entry.name, by: entry.name, uid: $0) }
            }
        if !objects.isEmpty { try? await commands.own(manifest.list(objects)) }
    }
}
