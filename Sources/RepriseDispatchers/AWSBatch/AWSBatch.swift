import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Hands jobs to a queue of AWS Batch, by the `aws` command; files go and come through a bucket of S3.
///
/// What keeps a job from being executed twice, whoever dies when: each job's folder says under which name it is about to be
/// submitted before it is, and AWS Batch can be asked for that name; `aws` holds a lock while it lives, so that nobody asks
/// too early; and the script executes nothing but what it alone has claimed.
package final class AWSBatch: Dispatcher {
    package static let kind = "aws-batch"
    package static let capabilities = DispatchCapabilities(
        sharesFiles: false,
        queues: true,
        limitsMemory: true,
        limitsTime: true
    )

    let settings: BatchSettings
    let folder: String
    let files: any FileSystem
    let entropy: any Entropy
    let jobFiles: BatchJobFiles
    let commands: AWSCommands
    let session: AWSSession
    private let processes: any ProcessRunner
    private let wallClock: any WallClock
    private let interval: Duration
    private let parts: BatchParts

    /// `folder` is where notes and locks of this store lie. `interval` is the time between two looks at what jobs have
    /// sent; AWS Batch itself is asked three times as seldom.
    package init(
        _ settings: BatchSettings,
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
        self.processes = processes
        self.wallClock = wallClock
        self.interval = interval
        jobFiles = BatchJobFiles(files: files, folder: folder)
        commands = AWSCommands(
            settings: settings,
            processes: processes,
            files: files,
            variables: variables,
            folder: folder
        )
        session = AWSSession(commands, wallClock: wallClock)
        parts = BatchParts()
    }

    convenience init(_ parts: DispatcherParts) {
        self.init(
            BatchSettings(parts.target, variables: parts.variables),
            folder: parts.folder,
            files: parts.files,
            processes: parts.processes,
            variables: parts.variables,
            wallClock: parts.wallClock
        )
    }

    package func changes() -> AsyncStream<Void> { AsyncStream { $0.finish() } }

    package func status(of jobs: [Job: JobHandle]) async throws -> [JobKey: JobStatus] {
        try await watch().status(of: jobs)
    }

    package func cancel(_ job: Job, _ handle: JobHandle, grace: Duration) async throws {
        guard ExitFile.read(in: job.folder, files) == nil else { return }
        let watch = try await watch()
        let hasBegun = await watch.hasBegun(job, handle)
        await watch.noteCancelled(job.key)
        await watch.expectNews(for: grace + .seconds(60))
        try await stopping().cancel(job, handle, hasBegun: hasBegun, grace: grace)
    }

    // MARK: Parts that need the store's folder

    func staging() async throws -> BatchStaging { try await parts.staging { try self.makeStaging() } }

    private func makeStaging() throws -> BatchStaging {
        try files.makeFolder(folder)
        let transfers = S3Transfers(processes: processes, files: files, entropy: entropy, folder: folder + "/replies")
        let name = try jobFiles.storeName(using: entropy)
        let store = S3Store(session: session, transfers: transfers, settings: settings, store: name)
        return BatchStaging(store: store, jobFiles: jobFiles, files: files, processes: processes, entropy: entropy)
    }

    /// Removes what a submitter that died left: requests, which hold addresses, and what was staged and never submitted.
    /// Only with the lock of submissions.
    ///
    /// Throws where it cannot remove what AWS Batch may have taken after all: that must find nothing to execute before its
    /// jobs are handed over anew.
    func sweep() async throws {
        let requests = jobFiles.requests()
        if !requests.isEmpty {
            // An `aws` that outlived its submitter may not have read its own yet.
            let lock = try await FileLock.held(folder + "/aws.lock")
            defer { withExtendedLifetime(lock) {} }
            for path in requests { try files.remove(path) }
        }
        let staging = try await staging()
        for batch in jobFiles.givenUp() { try await staging.clear(batch) }
        for batch in jobFiles.unsubmitted() + jobFiles.over() {
            do { try await staging.clear(batch) } catch { break }
        }
    }

    private func watch() async throws -> BatchWatch {
        let staging = try await staging()
        return await parts.watch {
            BatchWatch(self.commands, staging, wallClock: self.wallClock, interval: self.interval)
        }
    }

    private func stopping() async throws -> BatchStopping {
        let staging = try await staging()
        return await parts.stopping { BatchStopping(self.commands, staging) }
    }

    // MARK: Finding

    package func find(_ jobs: [Job]) async throws -> [JobKey: JobHandle] { try await submissions.find(jobs) }

    var submissions: JobSubmissions<BatchJobFiles> {
        JobSubmissions(folder: folder, files: files, notes: jobFiles, recover: recover)
    }

    /// A batch that AWS Batch does not know was never submitted: its notes count no more, and what was staged for it is
    /// swept before its jobs are handed over anew. One of which a job has begun was, whatever the list says: AWS Batch does
    /// not list it yet, or has forgotten it long since. Then it has no id any more, and its name stands for that.
    private func giveUp(_ name: String) async throws -> String? {
        let store = try await staging().store
        if try await store.list(prefix: try await store.output(name) + "/").isEmpty {
            try jobFiles.giveUp(name)
            return nil
        }
        if jobFiles.isRecent(name, now: wallClock.now()) {
            throw AWSError.busy(words: "a job of `\(name)` has begun, and AWS Batch does not list it yet")
        }
        return name
    }

    /// Those whose batch AWS Batch knows by its name.
    @Sendable
    private func recover(
        _ doubts: [JobSubmissions<BatchJobFiles>.Doubt]
    ) async throws
        -> [JobSubmissions<BatchJobFiles>.Doubt]
    {
        _ = try await FileLock.held(folder + "/aws.lock")
        var ids: [String: String?] = [:]
        for name in Set(doubts.map(\.submission.name)).sorted() {
            var id = try await commands.find(name: name)
            if id == nil {
                // A list may be a moment behind.
                try await ContinuousClock().sleep(for: .seconds(2))
                id = try await commands.find(name: name)
            }
            ids.updateValue(id, forKey: name)
        }
        for (name, id) in ids where id == nil { ids.updateValue(try await giveUp(name), forKey: name) }
        return doubts.compactMap { job, submission in
            guard case let id?? = ids[submission.name] else { return nil }
            var known = submission
            known.id = id
            return (job, known)
        }
    }
}
