import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSystem

/// From jobs to processes that execute `srun`.
extension Srun {
    package func submit(_ job: Job) async throws -> JobHandle {
        guard let result = await submit([job])[job.key] else { throw CancellationError() }
        return try result.get()
    }

    package func submit(_ jobs: [Job]) async -> [JobKey: Result<JobHandle, any Error>] {
        var results: [JobKey: Result<JobHandle, any Error>] = [:]
        do {
            if let option = settings.conflict {
                throw SlurmError.badOption(words: "`\(option)` among the target's options is for Reprise to decide")
            }
            try files.makeFolder(folder)
            let lock = try await FileLock.held(folder + "/submit.lock")
            let known = try await begun(jobs)
            for (key, handle) in known { results[key] = .success(handle) }
            var groups: [[String: String]: [Job]] = [:]
            for job in jobs where known[job.key] == nil { groups[job.secrets, default: []].append(job) }
            for (secrets, jobs) in groups { results.merge(await begin(jobs, secrets)) { $1 } }
            withExtendedLifetime(lock) {}
        } catch {
            for job in jobs where results[job.key] == nil { results[job.key] = .failure(error) }
        }
        return results
    }

    /// Jobs with the same secrets.
    func begin(_ jobs: [Job], _ secrets: [String: String]) async -> [JobKey: Result<JobHandle, any Error>] {
        do {
            let halves = secrets.isEmpty ? nil : SlurmSecrets(secrets, using: entropy)
            for job in jobs { try prepare(job, halves) }
            var changes = SlurmSurroundings.changes(
                variables,
                settings,
                batch(of: jobs[0]),
                secrets: Array(secrets.values)
            )
            if let halves { changes.updateValue(halves.environment, forKey: SlurmSecrets.variable) }
            let words = ["-c", SrunScript.starting, "sh", folder + "/srun.lock"] + jobs.map(\.folder)
            let result = try await processes.run(Invocation("sh", words, variables: changes))
            return jobs.reduce(into: [:]) { results, job in
                guard !SrunFiles(job, files).isBegun else { return results[job.key] = .success(Self.handle(of: job)) }
                let words = SlurmCommands.words(result)
                results[job.key] = .failure(
                    SlurmError.other(command: "setsid", status: result.status, words: words)
                )
            }
        } catch {
            return jobs.reduce(into: [:]) { $0[$1.key] = .failure(error) }
        }
    }

    private func prepare(_ job: Job, _ halves: SlurmSecrets?) throws {
        let batch = batch(of: job)
        try files.write(SlurmScript.step(batch, settings), to: batch.script, mode: 0o755)
        let words = allocation.map { SrunArguments.step(batch, of: $0.number) } ?? SrunArguments.alone(batch, settings)
        let text = SrunScript.text("\(job.key)", words, script: batch.script)
        try files.write(text, to: "\(job.folder)/\(SrunScript.file)", mode: 0o755)
        if let halves {
            let path = "\(job.folder)/\(SlurmSecrets.file)"
            try files.write(Array(halves.text.utf8), to: path, mode: 0o600, durable: false)
        }
        guard let container = job.container else { return }
        let program = settings.container ?? EngineKind.apptainer.rawValue
        let launch = SlurmContainer(job: job, container: container, program: program)
        try files.write(launch.text, to: "\(job.folder)/\(JobFolders.launchScript)", mode: 0o755)
    }

    private func batch(of job: Job) -> SlurmBatch {
        SlurmBatch(
            name: Self.handle(of: job).description,
            folder: job.folder,
            entries: [SlurmBatch.Entry(key: job.key.description, folder: job.folder)],
            resources: job.resources,
            hasSecrets: !job.secrets.isEmpty,
            hasContainers: job.container != nil
        )
    }
}
