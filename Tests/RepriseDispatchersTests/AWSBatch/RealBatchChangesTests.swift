import Foundation
import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@testable import RepriseDispatchers

@Suite(.enabled(if: TestEngine.moto.isUp, TestEngine.moto.absence), .serialized)
struct `Real AWS Batch that changes in the middle` {
    @Test(arguments: [false, true])
    func `a job definition that somebody deregistered is registered again`(_ isOfSite: Bool) async throws {
        let bench = try await BatchBench()
        var settings = bench.settings()
        if !isOfSite { settings.definition = nil }
        let batch = bench.makeBatch(settings)
        let first = try bench.makeJob("exit 0")
        let handle = try await batch.submit(first)
        let image = try #require(first.container?.image)
        let name = try await batch.session.definition(of: image)
        let known = try #require(BatchReply.definition(try await batch.commands.definition(name)))
        try await aws(
            "batch",
            "deregister-job-definition",
            "--job-definition",
            try #require(known["jobDefinitionArn"]?.stringValue)
        )
        #expect(BatchReply.definition(try await batch.commands.definition(name)) == nil)
        let second = try bench.makeJob("exit 0")
        // AWS Batch refuses what moto takes.
        let words = """
            An error occurred (ClientException) when calling the SubmitJob operation: Job definition \(name) is not active
            """
        let runner = RefusingRunner(command: "submit-job", words: words, times: 1)
        let other = try await bench.makeBatch(settings, processes: runner).submit(second)
        #expect(BatchReply.definition(try await batch.commands.definition(name)) != nil)
        for (job, handle) in [(first, handle), (second, other)] {
            guard case .ended(let record, let reason) = try await batch.untilEnded(job, handle) else {
                Issue.record("it did not end")
                continue
            }
            #expect(record.status == 0, "\(reason ?? "")")
        }
    }

    @Test func `a bucket that goes away takes what jobs have with it, and none is waited for`() async throws {
        let bench = try await BatchBench()
        let bucket = "reprise-test-\(UUID().uuidString.lowercased())"
        try await aws("s3", "mb", "s3://\(bucket)")
        var settings = bench.settings()
        settings.workspace = "s3://\(bucket)/work"
        let batch = bench.makeBatch(settings)
        let jobs = try (0..<2).map { try bench.makeJob("\(bench.folders.note); sleep \($0 == 0 ? 10 : 300)") }
        let results = await batch.submit(jobs)
        let handles = try jobs.map { try #require(results[$0.key]).get() }
        for job in jobs { try await bench.begun(job) }
        _ = try await batch.status(of: Dictionary(uniqueKeysWithValues: zip(jobs, handles)))
        try await aws("s3", "rb", "--force", "s3://\(bucket)")
        // One that runs is told of, in the words of the service; and it can be ended.
        await #expect(throws: AWSError.self) {
            try await eventually("the service is asked for the bucket", every: .milliseconds(500)) {
                _ = try await batch.status(of: [jobs[1]: handles[1]])
                return false
            }
        }
        try await batch.cancel(jobs[1], handles[1], grace: .seconds(1))
        // The first would try to hand back what it has for minutes.
        try await batch.commands.terminate(handles[0].description, reason: "somebody else")
        for (job, handle) in zip(jobs, handles) {
            switch try await untilEnded(batch, job, handle) {
            case .ended(let record, let reason)?:
                // The first may have come home before the bucket was gone.
                let isHome = job == jobs[0] && record.isSuccess
                #expect(isHome || !record.isSuccess && reason?.isEmpty == false, "\(record) \(reason ?? "")")
            // moto calls one a success that was terminated as it ended.
            case .lost(let reason)?: #expect(reason.contains("nothing came back"))
            case let status: Issue.record("it did not end: \(String(describing: status))")
            }
        }
    }

    @Test func `a queue that takes no jobs now keeps them waiting, and leaves nothing`() async throws {
        let bench = try await BatchBench()
        let words = """
            An error occurred (ClientException) when calling the SubmitJob operation: Job Queue \
            arn:aws:batch:eu-central-1:1:job-queue/q is not in ENABLED state
            """
        let runner = RefusingRunner(command: "submit-job", words: words)
        let job = try bench.makeJob("exit 0")
        let error = await #expect(throws: AWSAway.self) { try await bench.makeBatch(processes: runner).submit(job) }
        #expect(error?.code == "aws-queue-closed" && error?.fault == .world, "\(String(describing: error))")
        #expect(try bench.files.names(in: job.folder) == ["run.sh", "work"])
        let batch = bench.makeBatch()
        let handle = try await batch.submit(job)
        guard case .ended(let record, _) = try await batch.untilEnded(job, handle) else {
            Issue.record("it did not end")
            return
        }
        #expect(record.status == 0)
    }

    @Test func `a login that has expired keeps nobody waiting after the next one`() async throws {
        let bench = try await BatchBench()
        let words =
            "An error occurred (ExpiredTokenException) when calling the DescribeJobs operation: The security token included in the request is expired"
        let runner = RefusingRunner(command: "describe-jobs", words: words)
        let batch = bench.makeBatch(processes: runner)
        let job = try bench.makeJob("\(bench.folders.note); sleep 5")
        let handle = try await batch.submit(job)
        let error = await #expect(throws: AWSError.self) {
            while true {
                _ = try await batch.status(of: [job: handle])
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        #expect(error?.code == "aws-expired" && error?.fault == .world)
        runner.heal()
        guard case .ended(let record, _) = try await untilEnded(batch, job, handle) else {
            Issue.record("it did not end")
            return
        }
        #expect(record.status == 0)
        #expect(try await bench.executions(of: job) == 1)
    }

    private func aws(_ words: String...) async throws {
        // Older versions do not look at the variable themselves.
        let endpoint = try #require(inheritedVariables()["AWS_ENDPOINT_URL"])
        _ = try await LiveProcessRunner().succeed(Invocation("aws", ["--endpoint-url", endpoint] + words))
    }

    /// Also while some questions are refused.
    private func untilEnded(_ batch: AWSBatch, _ job: Job, _ handle: JobHandle) async throws -> JobStatus? {
        try await eventually("job \(job.key) ends", every: .milliseconds(100)) {
            switch try? await batch.status(of: [job: handle])[job.key] {
            case .ended(let record, let reason): .ended(record, reason: reason)
            case .lost(let reason): .lost(reason: reason)
            default: nil
            }
        }
    }
}

/// Lets `aws` refuse one command, until it is healed.
private final class RefusingRunner: ProcessRunner {
    private let command: String
    private let words: String
    private let left: Mutex<Int>

    /// Refuses so often, if nobody heals it before.
    init(command: String, words: String, times: Int = .max) {
        self.command = command
        self.words = words
        left = Mutex(times)
    }

    func heal() { left.withLock { $0 = 0 } }

    private func refuses(_ invocation: Invocation) -> Bool {
        guard invocation.text.contains(command) else { return false }
        return left.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
    }

    func run(_ invocation: Invocation) async throws -> ProcessResult {
        guard refuses(invocation) else { return try await LiveProcessRunner().run(invocation) }
        return try await LiveProcessRunner()
            .run(Invocation("sh", ["-c", #"printf '\n%s\n' "$1" >&2; exit 254"#, "sh", words]))
    }
}
