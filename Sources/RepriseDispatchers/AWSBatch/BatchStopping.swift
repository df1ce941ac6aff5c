import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Ends jobs. One that runs is asked by what it reads every few seconds, so that it can hand back what it has; AWS Batch
/// ends those that do not, and those that have not begun.
actor BatchStopping {
    /// How long a job may take to hand back what it has.
    static let patience = Duration.seconds(120)
    static let reason = "stopped by Reprise"

    private let commands: AWSCommands
    private let staging: BatchStaging
    private let jobFiles: BatchJobFiles
    private let patience: Duration
    /// Between two requests to end what AWS Batch did not take the first of; grows.
    private let pause: Duration
    private var waiting: [Request] = []
    private var flush: Task<Void, any Error>?

    private struct Request {
        var job: Job
        var submission: BatchJobFiles.Submission?
        var id: String
        var hasBegun: Bool
        var grace: Duration
    }

    init(
        _ commands: AWSCommands,
        _ staging: BatchStaging,
        patience: Duration = BatchStopping.patience,
        pause: Duration = .seconds(5)
    ) {
        self.patience = patience
        self.pause = pause
        self.commands = commands
        self.staging = staging
        jobFiles = staging.jobFiles
    }

    /// Returns when the request is made. As long as this process lives it sees to it that the job ends; the next one asks
    /// again.
    func cancel(_ job: Job, _ handle: JobHandle, hasBegun: Bool, grace: Duration) async throws {
        waiting.append(
            Request(
                job: job,
                submission: jobFiles.submission(of: job),
                id: handle.description,
                hasBegun: hasBegun,
                grace: grace
            )
        )
        let task = flush ?? Task { try await send() }
        flush = task
        try await task.value
    }

    private func send() async throws {
        try await ContinuousClock().sleep(for: .milliseconds(50))
        let requests = waiting
        waiting = []
        flush = nil
        for request in requests {
            guard let submission = request.submission else { continue }
            let (seconds, attoseconds) = request.grace.components
            let rest = String(1000 + attoseconds / 1_000_000_000_000_000).dropFirst()
            try jobFiles.writeStop(submission, grace: "\(seconds).\(rest)")
        }
        let deaf = try await ask(Set(requests.compactMap(\.submission?.name)).sorted())
        func hears(_ request: Request) -> Bool {
            request.hasBegun && request.submission.map { !deaf.contains($0.name) } ?? false
        }
        let running = requests.filter(hears)
        if let grace = running.map(\.grace).max() {
            // Nobody waits for the end of the jobs.
            Task { try await end(running, after: grace + patience) }
        }
        if let refusal = await terminate(requests.filter { !hears($0) }).first { throw refusal.error }
    }

    /// Has AWS Batch terminate those that have not ended by then, however often it must be asked.
    private func end(_ requests: [Request], after time: Duration) async throws {
        try await ContinuousClock().sleep(for: time)
        var left = requests
        var pause = pause
        while true {
            left = left.filter { ExitFile.read(in: $0.job.folder, jobFiles.files) == nil }
            left = await terminate(left).map(\.request)
            if left.isEmpty { return }
            try await ContinuousClock().sleep(for: pause)
            pause = min(pause * 2, .seconds(60))
        }
    }

    /// Tells running jobs of the batches to stop. Returns those that cannot be told, since there is no place any more where
    /// they would read it, nor one where they could leave what they have.
    private func ask(_ batches: [String]) async throws -> Set<String> {
        var deaf: Set<String> = []
        for batch in batches {
            do { try await staging.writeControl(of: batch) } catch AWSError.noBucket { deaf.insert(batch) }
        }
        return deaf
    }

    /// A few at once: each takes a program of its own. Returns those that AWS Batch did not take.
    private func terminate(_ requests: [Request]) async -> [(request: Request, error: any Error)] {
        let commands = commands
        var refused: [(request: Request, error: any Error)] = []
        for start in stride(from: 0, to: requests.count, by: 4) {
            await withTaskGroup(of: (Request, (any Error)?).self) { group in
                for request in requests[start..<min(start + 4, requests.count)] {
                    group.addTask {
                        do { try await commands.terminate(request.id, reason: Self.reason) } catch {
                            return (request, error)
                        }
                        return (request, nil)
                    }
                }
                for await case (let request, let error?) in group { refused.append((request, error)) }
            }
        }
        return refused
    }
}
