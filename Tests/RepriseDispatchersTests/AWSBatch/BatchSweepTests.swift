import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

@Suite struct `What a dead submitter to AWS Batch left` {
    private let bench: CloudBench
    private let batch = "reprise-a"

    init() throws { bench = try CloudBench() }

    private var folder: String { bench.path + "/aws-batch" }

    @Test func `a request does not stay, and is not taken from an aws that still reads it`() async throws {
        let path = folder + "/request-0123.json"
        try bench.files.write("{}", to: path)
        let batch = bench.makeBatch()
        do {
            let lock = try await FileLock.held(folder + "/aws.lock")
            defer { withExtendedLifetime(lock) {} }
            let sweep = Task { try await batch.sweep() }
            sweep.cancel()
            await #expect(throws: CancellationError.self) { try await sweep.value }
            #expect(try bench.files.exists(path))
        }
        try await batch.sweep()
        #expect(try !bench.files.exists(path))
    }

    /// An answer of `submit-job` never came, and AWS Batch does not know the name.
    @Test func `what was staged is removed before the job is handed over anew`() async throws {
        let (job, _) = try bench.makeJob(batch, id: false)
        let keys = ["0.tar", "control", "halves", "start.sh"].map { bench.input + "\(batch)/\($0)" }
        for key in keys { bench.cloud.put(key, "x") }
        let dispatcher = bench.makeBatch()
        #expect(try await dispatcher.find([job]).isEmpty)
        // Whatever the list says later: nothing of it is there that could be executed.
        bench.cloud.answer("list-jobs", #"{"jobSummaryList": [{"jobId": "ID", "jobName": "\#(batch)"}]}"#)
        #expect(try await dispatcher.find([job]).isEmpty)
        bench.cloud.refuse(["DELETE \(keys[3])"])
        await #expect(throws: AWSError.self) { try await dispatcher.sweep() }
        #expect(bench.cloud.keys == [keys[3]])
        bench.cloud.refuse([])
        try await dispatcher.sweep()
        #expect(bench.cloud.keys.isEmpty)
        #expect(try !bench.files.exists("\(folder)/\(batch)"))
    }

    @Test func `a batch of which a job has begun was submitted, whatever the list says yet`() async throws {
        let (job, handle) = try bench.makeJob(batch, id: false)
        let keys = [bench.input + "\(batch)/start.sh", bench.out + "\(batch)/0/claim_x_7"]
        for key in keys { bench.cloud.put(key, "x") }
        let dispatcher = bench.makeBatch()
        await #expect(throws: AWSError.self) { try await dispatcher.find([job]) }
        try await dispatcher.sweep()
        #expect(bench.cloud.keys == keys)
        bench.cloud.answer(
            "list-jobs",
            #"{"jobSummaryList": [{"jobId": "\#(handle)", "jobName": "\#(batch)"}]}"#
        )
        #expect(try await dispatcher.find([job]) == [job.key: handle])
    }

    @Test func `a batch that AWS Batch has forgotten is followed by its name, and not executed again`() async throws {
        let (job, _) = try bench.makeJob(batch, id: false)
        bench.cloud.put(bench.out + "\(batch)/0/leavings.tar.gz", "x")
        bench.clock.advance(by: .seconds(20 * 365 * 24 * 3600))
        #expect(try await bench.makeBatch().find([job]) == [job.key: JobHandle(batch)])
    }

    @Test func `what could not be removed when a batch was over is removed later`() async throws {
        let (job, _) = try bench.makeJob(batch)
        let submission = try #require(bench.staging.jobFiles.submission(of: job))
        bench.cloud.put(bench.input + "\(batch)/control", "x")
        bench.staging.jobFiles.noteEnd(of: submission)
        #expect(bench.staging.jobFiles.over() == [batch])
        try await bench.makeBatch().sweep()
        #expect(bench.cloud.keys.isEmpty)
        #expect(try !bench.files.exists("\(folder)/\(batch)"))
    }
}
