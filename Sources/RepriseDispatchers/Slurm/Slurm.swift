import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Hands jobs to the Slurm of this machine: a cluster that shares the jobs' folders, or a login node of one.
///
/// What keeps a job from being executed twice, whoever dies when: each job's folder says under which name it is about to be
/// submitted before it is, and Slurm can be asked for that name; `sbatch` holds a lock while it lives, so that nobody asks
/// too early; and the script executes nothing but what it could claim.
package final class Slurm: Dispatcher {
    package static let kind = "slurm"
    package static let capabilities = DispatchCapabilities(
        sharesFiles: true,
        queues: true,
        limitsMemory: true,
        limitsTime: true
    )

    private let settings: SlurmSettings
    private let folder: String
    private let files: any FileSystem
    private let jobFiles: SlurmJobFiles
    private let entropy: any Entropy
    private let commands: SlurmCommands
    private let watch: SlurmWatch
    private let cancelling: SlurmCancelling

    /// `folder` is where scripts and locks of this store lie, on the file system that the nodes share. `interval` is the
    /// time between two questions to Slurm where nothing is expected.
    package init(
        _ settings: SlurmSettings,
        folder: String,
        files: any FileSystem = LiveFileSystem(),
        processes: any ProcessRunner = LiveProcessRunner(),
        variables: [String: String] = inheritedVariables(),
        entropy: any Entropy = LiveEntropy(),
        wallClock: any WallClock = LiveWallClock(),
        interval: Duration = .seconds(5)
    ) {
        self.settings = settings
        self.folder = folder
        self.files = files
        self.entropy = entropy
        jobFiles = SlurmJobFiles(files: files)
        commands = SlurmCommands(settings, processes: processes, variables: variables)
        watch = SlurmWatch(commands, files: files, wallClock: wallClock, interval: interval)
        cancelling = SlurmCancelling(commands)
    }

    convenience init(_ parts: DispatcherParts) {
        self.init(
            parts.slurm,
            folder: parts.folder,
            files: parts.files,
            processes: parts.processes,
            variables: parts.variables,
            wallClock: parts.wallClock
        )
    }

    /// What `sbatch` will be given for runs that do not exist yet: a text for each array or single job. `names` stand where
    /// the ids of the runs will stand, and `folder` is the store's.
    package static func preview(
        _ names: [String],
        _ resources: Resources,
        hasSecrets: Bool,
        store folder: String,
        _ settings: SlurmSettings
    ) -> String {
        let entries = names.map { SlurmBatch.Entry(key: $0, folder: "\(folder)/runs/\($0)") }
        let isArray = names.count > 1
        let name = "reprise-" + (isArray ? "ARRAY" : names.first ?? "")
        return SlurmScript.text(
            SlurmBatch(
                name: name,
                folder: isArray ? "\(folder)/slurm/\(name)" : entries.first?.folder ?? folder,
                entries: entries,
                resources: resources,
                hasSecrets: hasSecrets
            ),
            settings
        )
    }

    package func changes() -> AsyncStream<Void> { AsyncStream { $0.finish() } }

    package func status(of jobs: [Job: JobHandle]) async throws -> [JobKey: JobStatus] {
        try await watch.status(of: jobs)
    }

    package func cancel(_ job: Job, _ handle: JobHandle, grace: Duration) async throws {
        guard ExitFile.read(in: job.folder, files) == nil else { return }
        await watch.expectNews(for: grace + .seconds(10))
        var ids = [handle.description]
        if let claim = jobFiles.claim(of: job), claim.id != ids[0] { ids.append(claim.id) }
        try await cancelling.cancel(ids, grace: grace)
    }

    // MARK: Submitting

    package func submit(_ job: Job) async throws -> JobHandle {
        guard let result = await submit([job])[job.key] else { throw CancellationError() }
        return try result.get()
    }

    package func submit(_ jobs: [Job]) async -> [JobKey: Result<JobHandle, any Error>] {
        var results: [JobKey: Result<JobHandle, any Error>] = [:]
        do {
            try check(jobs)
            let lock = try await hold(folder + "/submit.lock")
            var fresh: [Job] = []
            let known = try await identify(jobs)
            for job in jobs {
                if let handle = known[job.key] { results[job.key] = .success(handle) } else { fresh.append(job) }
            }
            for (batch, jobs) in try await batches(of: fresh) {
                for (key, result) in await submit(batch, jobs) { results[key] = result }
            }
            withExtendedLifetime(lock) {}
        } catch {
            for job in jobs where results[job.key] == nil { results[job.key] = .failure(error) }
        }
        return results
    }

    private func check(_ jobs: [Job]) throws {
        if let option = settings.conflict {
            throw SlurmError.badOption(words: "`\(option)` among the target's options is for Reprise to decide")
        }
        if let job = jobs.first(where: { $0.container != nil }) {
            throw SlurmError.container(job: job.key.description)
        }
        try files.makeFolder(folder)
    }

    /// Waits for its turn; nobody holds one of these for longer than Slurm takes to answer.
    private func hold(_ path: String) async throws -> FileLock {
        while true {
            if let lock = try FileLock(path) { return lock }
            try await ContinuousClock().sleep(for: .milliseconds(10))
        }
    }

    private static func name(of jobs: [Job], _ number: UInt64) -> String {
        if jobs.count == 1 { return "reprise-\(jobs[0].key)" }
        let digits = withUnsafeBytes(of: number.bigEndian) { hexadecimal($0) }
        return "reprise-\(jobs[0].key.run.short)-\(digits)"
    }

    /// An array for those that ask for the same, in the order in which they came.
    private func batches(of jobs: [Job]) async throws -> [(SlurmBatch, [Job])] {
        var order: [SlurmDemand] = []
        var groups: [SlurmDemand: [Job]] = [:]
        for job in jobs {
            let demand = SlurmDemand(resources: job.resources, secrets: job.secrets)
            if groups[demand] == nil { order.append(demand) }
            groups[demand, default: []].append(job)
        }
        let most = groups.values.contains { $0.count > 1 } ? await commands.largestArray() : 1
        return order.flatMap { demand -> [(SlurmBatch, [Job])] in
            let jobs = groups[demand] ?? []
            return stride(from: 0, to: jobs.count, by: most)
                .map { start in
                    let part = Array(jobs[start..<min(start + most, jobs.count)])
                    return (batch(of: part, demand), part)
                }
        }
    }

    private func batch(of jobs: [Job], _ demand: SlurmDemand) -> SlurmBatch {
        let name = Self.name(of: jobs, entropy.next())
        return SlurmBatch(
            name: name,
            folder: jobs.count == 1 ? jobs[0].folder : folder + "/" + name,
            entries: jobs.map { SlurmBatch.Entry(key: $0.key.description, folder: $0.folder) },
            resources: demand.resources,
            hasSecrets: !demand.secrets.isEmpty
        )
    }

    private func submit(_ batch: SlurmBatch, _ jobs: [Job]) async -> [JobKey: Result<JobHandle, any Error>] {
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
            for job in jobs { results[job.key] = .failure(error) }
        }
        return results
    }

    private func submission(of batch: SlurmBatch, _ index: Int, id: String? = nil) -> SlurmJobFiles.Submission {
        SlurmJobFiles.Submission(
            name: batch.name,
            index: batch.isArray ? index : nil,
            log: batch.log(of: index),
            id: id
        )
    }

    private func handOver(_ batch: SlurmBatch, _ jobs: [Job]) async throws -> String {
        try files.makeFolder(batch.folder)
        try files.write(SlurmScript.text(batch, settings), to: batch.script, mode: 0o755)
        let secrets = batch.hasSecrets ? SlurmSecrets(jobs[0].secrets, using: entropy) : nil
        for (index, job) in jobs.enumerated() {
            if let secrets {
                let path = job.folder + "/" + SlurmSecrets.file
                try files.write(Array(secrets.text.utf8), to: path, mode: 0o600, durable: false)
            }
            try jobFiles.write(submission(of: batch, index), of: job)
        }
        return try await commands.submit(
            batch,
            halves: secrets?.environment,
            secrets: jobs[0].secrets,
            lock: folder + "/sbatch.lock"
        )
    }

    // MARK: Finding

    package func find(_ jobs: [Job]) async throws -> [JobKey: JobHandle] {
        try files.makeFolder(folder)
        let lock = try await hold(folder + "/submit.lock")
        let found = try await identify(jobs)
        withExtendedLifetime(lock) {}
        return found
    }

    /// Those that were submitted. Slurm is asked only where somebody died before writing down its answer.
    private func identify(_ jobs: [Job]) async throws -> [JobKey: JobHandle] {
        var found: [JobKey: JobHandle] = [:]
        var doubtful: [(job: Job, submission: SlurmJobFiles.Submission)] = []
        for job in jobs {
            guard let submission = jobFiles.submission(of: job) else { continue }
            if let handle = submission.handle { found[job.key] = handle } else { doubtful.append((job, submission)) }
        }
        guard !doubtful.isEmpty else { return found }
        // A submission whose submitter died may be under way.
        _ = try await hold(folder + "/sbatch.lock")
        let rows = try await commands.queue()
        let ids = Dictionary(rows.map { ($0.name, $0.id.prefix { $0 != "_" }) }) { first, _ in first }
        for (job, submission) in doubtful {
            var submission = submission
            let claimed = jobFiles.claim(of: job)?.id.prefix { $0 != "_" }
            guard let id = claimed ?? ids[submission.name] else { continue }
            submission.id = String(id)
            try jobFiles.write(submission, of: job)
            found[job.key] = submission.handle
        }
        return found
    }
}

/// What jobs of one array have in common.
private struct SlurmDemand: Hashable {
    var resources: Resources
    var secrets: [String: String]
}

extension SlurmError {
    /// Slurm has taken no job, and will not.
    var isCertain: Bool {
        switch self {
        case .controllerDown, .other: false
        default: true
        }
    }
}
