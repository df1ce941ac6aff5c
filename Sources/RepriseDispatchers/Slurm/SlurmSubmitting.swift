import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSystem

/// From jobs to what one `sbatch` takes.
extension Slurm {
    /// The name that Slurm is asked for. One that was given back needs another: Slurm may still know the former.
    private func name(of jobs: [Job]) -> String {
        if jobs.count == 1, !jobFiles.wasTakenBack(jobs[0]) { return "reprise-\(jobs[0].key)" }
        let digits = withUnsafeBytes(of: entropy.next().bigEndian) { hexadecimal($0) }
        return "reprise-\(jobs[0].key.run.short)-\(digits)"
    }

    /// An array for those that ask for the same and come after the same, in the order in which they came.
    func batches(of jobs: [Job]) async throws -> [(SlurmBatch, [Job])] {
        var order: [SlurmDemand] = []
        var groups: [SlurmDemand: [Job]] = [:]
        for job in jobs {
            let demand = SlurmDemand(of: job)
            if groups[demand] == nil { order.append(demand) }
            groups[demand, default: []].append(job)
        }
        // A cluster that takes none of a thousand is rare, and refuses in words.
        let most = groups.values.contains { $0.count > 1000 } ? await commands.largestArray() : 1000
        return order.flatMap { demand -> [(SlurmBatch, [Job])] in
            let jobs = groups[demand] ?? []
            return stride(from: 0, to: jobs.count, by: most)
                .flatMap { start -> [(SlurmBatch, [Job])] in
                    let part = Array(jobs[start..<min(start + most, jobs.count)])
                    return demand.hasNeeds ? ordered(part, demand) : [(batch(of: part, demand), part)]
                }
        }
    }

    /// Jobs that come after others, as few batches as can say so.
    private func ordered(_ jobs: [Job], _ demand: SlurmDemand) -> [(SlurmBatch, [Job])] {
        let orders = SlurmOrder.orders(jobs.map { ($0, jobFiles.openNeeds(of: $0)) })
        return orders.map { order in
            var batch = batch(of: order.jobs, demand)
            batch.come(after: order)
            // Together no more than the target's slots, and each at least one.
            batch.slots = settings.slots.map { $0 / orders.count }
            batch.isWelcome = orders.count <= SlurmBatch.most && batch.slots != 0
            return (batch, order.jobs)
        }
    }

    private func batch(of jobs: [Job], _ demand: SlurmDemand) -> SlurmBatch {
        let name = name(of: jobs)
        return SlurmBatch(
            name: name,
            folder: jobs.count == 1 ? jobs[0].folder : folder + "/" + name,
            entries: jobs.map { SlurmBatch.Entry(key: $0.key.description, folder: $0.folder) },
            resources: demand.resources,
            hasSecrets: !demand.secrets.isEmpty,
            hasContainers: demand.hasContainer
        )
    }

    /// Where Slurm takes no more jobs of this user than some, as many as it takes: by halves, since it tells no number.
    func submitWhatFits(_ batch: SlurmBatch, _ jobs: [Job]) async -> [JobKey: Result<JobHandle, any Error>] {
        if batch.hasNeeds { return await submitInOrder(batch, jobs) }
        var results = await submit(batch, jobs)
        guard jobs.count > 1, case .failure(let error as SlurmError) = results[jobs[0].key], error.limitsNumber else {
            return results
        }
        let demand = SlurmDemand(of: jobs[0])
        let half = Array(jobs.prefix((jobs.count + 1) / 2))
        results.merge(await submitWhatFits(self.batch(of: half, demand), half)) { $1 }
        guard results.values.contains(where: { (try? $0.get()) != nil }) else { return results }
        let rest = jobs.filter { (try? results[$0.key]?.get()) == nil }
        // What did not fit as half will not as more.
        guard !rest.isEmpty, rest.count <= jobs.count / 2 else { return results }
        results.merge(await submitWhatFits(self.batch(of: rest, demand), rest)) { $1 }
        return results
    }

    func submit(_ batch: SlurmBatch, _ jobs: [Job]) async -> [JobKey: Result<JobHandle, any Error>] {
        var results: [JobKey: Result<JobHandle, any Error>] = [:]
        do {
            let id = try await handOver(batch, jobs)
            for (index, job) in jobs.enumerated() {
                let submission = submission(of: batch, index, id: id)
                // Whoever finds none of these asks Slurm for the name.
                try? jobFiles.write(submission, of: job)
                results[job.key] = submission.handle.map { .success($0) }
            }
        } catch {
            if let refusal = error as? SlurmError, refusal.isCertain {
                for job in jobs { jobFiles.forget(job) }
                if batch.isArray { try? files.remove(batch.folder) }
            }
            for job in jobs { results[job.key] = .failure(passing(error)) }
        }
        return results
    }

    private func submission(of batch: SlurmBatch, _ index: Int, id: String? = nil) -> SlurmJobFiles.Submission {
        SlurmJobFiles.Submission(
            name: batch.name,
            index: batch.isArray ? batch.number(at: index) : nil,
            log: batch.log(of: batch.number(at: index)),
            id: id
        )
    }

    private func handOver(_ batch: SlurmBatch, _ jobs: [Job]) async throws -> String {
        try files.makeFolder(batch.folder)
        let there = try await place?.batch(batch, of: jobs) ?? batch
        try files.write(SlurmScript.text(there, settings), to: batch.script, mode: 0o755)
        if batch.isArray { try jobFiles.write(size: batch.entries.count, of: batch.folder) }
        let secrets = batch.hasSecrets ? SlurmSecrets(jobs[0].secrets, using: entropy) : nil
        for (index, job) in jobs.enumerated() {
            if let secrets {
                let path = job.folder + "/" + SlurmSecrets.file
                try files.write(Array(secrets.text.utf8), to: path, mode: 0o600, durable: false)
            }
            try jobFiles.write(needs: job.after, of: job)
            if job.container != nil { try writeLaunch(of: job, try await place?.job(job) ?? job) }
            try jobFiles.write(submission(of: batch, index), of: job)
        }
        try await place?.send(batch, of: jobs)
        return try await commands.submit(
            there,
            halves: secrets?.environment,
            secrets: jobs[0].secrets,
            lock: try await place?.lock() ?? folder + "/sbatch.lock"
        )
    }
}

extension Slurm {
    /// `there` is the job as the cluster finds it.
    private func writeLaunch(of job: Job, _ there: Job) throws {
        guard let container = there.container else { return }
        let script = SlurmContainer(
            job: there,
            container: container,
            program: settings.container ?? EngineKind.apptainer.rawValue
        )
        try files.write(script.text, to: job.folder + "/" + JobFolders.launchScript, mode: 0o755)
    }
}

/// What jobs of one array have in common.
private struct SlurmDemand: Hashable {
    var resources: Resources
    var secrets: [String: String]
    var hasContainer: Bool
    var hasNeeds: Bool

    init(of job: Job) {
        resources = job.resources
        secrets = job.secrets
        hasContainer = job.container != nil
        hasNeeds = !job.after.isEmpty
    }
}
