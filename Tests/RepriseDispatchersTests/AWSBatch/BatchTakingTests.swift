import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@testable import RepriseDispatchers

@Suite struct `What jobs of AWS Batch have sent` {
    private let bench: CloudBench
    private let watch: BatchWatch

    init() throws {
        bench = try CloudBench()
        watch = BatchWatch(bench.commands, bench.staging, wallClock: bench.clock, interval: .zero)
        let rows = ["a", "b"].map { #"{"jobId": "ID-\#($0)", "jobName": "\#($0)", "status": "RUNNING"}"# }
        bench.cloud.answer("describe-jobs", "{\"jobs\": [\(rows.joined(separator: ","))]}")
    }

    private func log(of job: Job) throws -> String { try bench.files.text(job.folder + "/stdout.log") }

    @Test func `comes whole, however many pieces there are`() async throws {
        let (job, handle) = try bench.makeJob("a")
        let text = (0..<300).map { "line \($0)\n" }.joined()
        for start in stride(from: 0, to: text.count, by: 10) {
            bench.cloud.put(bench.out + "a/0/stdout.log.\(start)", String(text.dropFirst(start).prefix(10)))
        }
        try await eventually("all came") {
            _ = try await watch.status(of: [job: handle])
            return bench.cloud.keys.isEmpty
        }
        #expect(try log(of: job) == text)
    }

    @Test func `stays where it cannot be taken yet`() async throws {
        let (job, handle) = try bench.makeJob("a")
        let keys = [0, 3, 6].map { bench.out + "a/0/stdout.log.\($0)" }
        for (key, text) in zip(keys, ["abc", "def", "ghi"]) { bench.cloud.put(key, text) }
        bench.cloud.refuse(["GET \(keys[1])"])
        _ = try await watch.status(of: [job: handle])
        #expect(bench.cloud.keys == [keys[1], keys[2]])
        #expect(try log(of: job) == "abc")
        bench.cloud.refuse([])
        _ = try await watch.status(of: [job: handle])
        #expect(try log(of: job) == "abcdefghi" && bench.cloud.keys.isEmpty)
    }

    /// A folder stands in its way.
    @Test func `of one job cannot be laid here, and the others' is`() async throws {
        var jobs: [Job: JobHandle] = [:]
        for batch in ["a", "b"] {
            let (job, handle) = try bench.makeJob(batch)
            jobs[job] = handle
            try await leave(batch, job)
        }
        let keys = jobs.keys.sorted { $0.key.description < $1.key.description }
        let broken = keys[0].folder + "/" + StagingScript.marks + "/fetched"
        try bench.files.makeFolder(broken + "/in the way")
        let first = try await watch.status(of: jobs)
        #expect(first[keys[1].key] == .ended(ExitRecord(status: 0), reason: nil))
        #expect(first[keys[0].key] == .submitted)
        jobs[keys[1]] = nil
        let error = await #expect(throws: (any Error).self) { try await watch.status(of: jobs) }
        #expect(error is FileError, "\(String(describing: error))")
        try bench.files.remove(broken)
        try await eventually("it ended, too") {
            guard case .ended = try? await watch.status(of: jobs)[keys[0].key] else { return false }
            return true
        }
    }

    /// What a job leaves that did nothing.
    private func leave(_ batch: String, _ job: Job) async throws {
        let (source, packed) = (bench.path + "/left", bench.path + "/left.tar.gz")
        try bench.files.makeFolder(source + "/" + StagingScript.marks)
        try bench.files.write("", to: source + "/" + StagingScript.marks + "/end")
        try bench.files.write(#"{"status": 0}"#, to: source + "/exit.json")
        let names = ["exit.json", StagingScript.marks + "/end"]
        _ = try await LiveProcessRunner().succeed(Invocation("tar", ["-czf", packed, "-C", source] + names))
        let bytes = try bench.files.read(packed, limit: 1 << 20)
        bench.cloud.state.withLock { $0.objects[bench.out + "\(batch)/0/leavings.tar.gz"] = bytes }
    }
}
