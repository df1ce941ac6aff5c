import RepriseDispatch
import RepriseModel
import RepriseSystem

/// A cluster that does not see this machine's files: its login node is reached by `ssh`, and jobs are executed in a
/// workspace there.
///
/// A job's folder here mirrors the one there: `SlurmWatch` reads it as if the two were one.
actor SlurmPlace {
    nonisolated let workspace: RemoteWorkspace
    /// Here, where notes on what is to be cleared away there lie.
    nonisolated private let folder: String
    nonisolated private let files: any FileSystem
    nonisolated private let jobFiles: SlurmJobFiles

    init(_ workspace: RemoteWorkspace, folder: String, files: any FileSystem) {
        self.workspace = workspace
        // A store may have jobs in several workspaces, and each clears away its own.
        let words = workspace.runner.connection.destination.text + " " + workspace.path
        self.folder = folder + "/" + SHA256Hasher.digest(of: Array(words.utf8)).description.suffix(16)
        self.files = files
        jobFiles = SlurmJobFiles(files: files)
    }

    // MARK: Submitting

    /// How long a machine that is away for a moment is waited for, before that is told.
    private static let patience = Duration.seconds(10)

    /// Returns when the workspace is there. Waits for a machine that is away, but not for one that lets nobody in.
    func reach() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        var pause = Duration.seconds(1)
        while true {
            do {
                _ = try await workspace.open()
                return
            } catch let error as SSHError where error.mayPass && clock.now - start < Self.patience {
                try await clock.sleep(for: pause)
                pause = min(pause * 2, .seconds(30))
            }
        }
    }

    /// What is held there as long as `sbatch` lives.
    func lock() async throws -> String { try await workspace.place().absolute("sbatch.lock") }

    /// Returns when no submission is under way there, and what of these jobs has begun there is known here.
    func settle(_ jobs: [Job]) async throws {
        let lock = try await lock()
        do {
            _ = try await workspace.runner.run(Invocation("flock", [lock, "true"]))
        } catch is RemoteProgramMissing {}
        _ = try await workspace.look(at: jobs)
    }

    /// The batch as the cluster finds it.
    func batch(_ batch: SlurmBatch, of jobs: [Job]) async throws -> SlurmBatch {
        let place = try await workspace.place()
        var there = batch
        there.folder = place.absolute(batch.isArray ? RemotePlace.batch(batch.name) : RemotePlace.folder(of: jobs[0]))
        for (index, job) in jobs.enumerated() {
            there.entries[index].folder = place.absolute(RemotePlace.folder(of: job))
        }
        return there
    }

    /// The job as it is executed there: in its folder there and in a copy of its image, with the workspace's data.
    func job(_ job: Job) async throws -> Job {
        let place = try await workspace.place()
        var there = job
        there.folder = place.absolute(RemotePlace.folder(of: job))
        guard let image = job.container?.image else { return there }
        there.container?.image = place.absolute(RemotePlace.image(image))
        let folders = [(RemotePlace.run(of: job), false), ("data", true)]
        there.container?.mounts = folders.map { folder, isReadOnly in
            let path = place.absolute(folder)
            return JobContainer.Mount(path: path, source: path, isReadOnly: isReadOnly)
        }
        return there
    }

    /// Brings the jobs there, and the script at last.
    func send(_ batch: SlurmBatch, of jobs: [Job]) async throws {
        var enclosures: [RemoteWorkspace.Enclosure] = []
        for job in jobs {
            let own = [
                (SlurmSecrets.file, 0o600, batch.hasSecrets), (JobFolders.launchScript, 0o755, batch.hasContainers),
            ]
            for (name, mode, isThere) in own where isThere {
                enclosures.append(
                    .init(path: "\(job.folder)/\(name)", there: "\(RemotePlace.folder(of: job))/\(name)", mode: mode)
                )
            }
        }
        let folder = batch.isArray ? RemotePlace.batch(batch.name) : RemotePlace.folder(of: jobs[0])
        let name = RepriseSystem.lastName(of: batch.script)
        enclosures.append(.init(path: batch.script, there: "\(folder)/\(name)", mode: 0o755))
        try await workspace.send(jobs, enclosures)
        for job in jobs { try? files.remove(note(of: RemotePlace.run(of: job))) }
    }

    // MARK: Looking

    /// Asks Slurm, and brings in the same breath what is new of these jobs. Returns those that have ended there, too.
    func look(
        at jobs: [Job],
        asking question: [String]
    ) async throws -> (answer: (text: String, status: Int)?, ended: [Job]) {
        var logs: [(there: String, here: String)] = []
        for job in jobs {
            guard let submission = jobFiles.submission(of: job), submission.index != nil else { continue }
            let name = RepriseSystem.lastName(of: submission.log)
            logs.append((there: "\(RemotePlace.batch(submission.name))/\(name)", here: submission.log))
        }
        let cleared = notedPaths(except: jobs)
        let look = try await workspace.look(at: jobs, logs: logs, clearing: cleared, asking: question)
        for path in cleared { try? files.remove(note(of: path)) }
        return look
    }

    /// Where the job is executed.
    nonisolated func words(for job: Job) -> String {
        "`\(workspace.knownPath)/\(RemotePlace.folder(of: job))` on `\(workspace.host)`"
    }

    // MARK: Clearing away

    /// Notes that these may go away there. They do with a later look, when whoever asked has written down the end.
    nonisolated func note(_ paths: [String]) {
        guard !paths.isEmpty, (try? files.makeFolder(folder)) != nil else { return }
        for path in paths { _ = try? files.create(note(of: path), bytes: [], mode: 0o644) }
    }

    nonisolated func noteEnd(of job: Job) { note([RemotePlace.run(of: job)]) }
    nonisolated func noteEnd(ofBatch name: String) { note([RemotePlace.batch(name)]) }

    nonisolated private func note(of path: String) -> String {
        folder + "/" + path.split(separator: "/").joined(separator: "=")
    }

    /// What has been noted, but for the jobs that somebody still asks for.
    nonisolated private func notedPaths(except jobs: [Job]) -> [String] {
        guard let names = try? files.names(in: folder), !names.isEmpty else { return [] }
        let asked = Set(jobs.map { RemotePlace.run(of: $0) })
        return names.map { $0.split(separator: "=").joined(separator: "/") }.filter { !asked.contains($0) }
    }

    /// For the last of them, which no later look follows.
    func clearRest() async {
        guard !notedPaths(except: []).isEmpty else { return }
        _ = try? await look(at: [], asking: [])
    }
}
