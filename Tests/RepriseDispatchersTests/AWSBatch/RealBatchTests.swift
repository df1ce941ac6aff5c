import Foundation
import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@testable import RepriseDispatchers

@Suite(.enabled(if: TestEngine.moto.isUp, TestEngine.moto.absence), .serialized)
struct `Real AWS Batch` {
    @Test func `it keeps the contract`() async throws {
        var contract = DispatcherContract(try await BatchBench(), seed: .random(in: 0 ... .max))
        try await contract.check()
    }

    @Test(arguments: [TestEngine.image, TestEngine.pythonImage])
    func `jobs that ask for the same are one array, and what they leave comes back`(_ image: String) async throws {
        let bench = try await BatchBench(image: image)
        let programs = Mutex<[String]>([])
        let runner = CountingRunner { invocation in programs.withLock { $0.append(invocation.text) } }
        let batch = bench.makeBatch(processes: runner)
        let command = """
            printf 'a\\000b' > "$REPRISE_OUTPUTS/raw"; echo made > made; echo '{"step": 1, "x": 2}' >> "$REPRISE_METRICS"; \
            echo "$REPRISE_RUN_ID"; echo oops >&2
            """
        var jobs = try (0..<3).map { try bench.makeJob(command + "; exit \($0)") }
        jobs.append(try bench.makeJob("exit 0", resources: Resources(memory: 64 << 20)))
        let results = await batch.submit(jobs)
        let handles = try jobs.map { try #require(results[$0.key]).get() }
        #expect(Set(handles.prefix(3).map { $0.description.prefix { $0 != ":" } }).count == 1)
        #expect(!handles[3].description.contains(":"))
        #expect(programs.withLock { $0 }.filter { $0.contains("submit-job") }.count == 2)
        for (index, job) in jobs.prefix(3).enumerated() {
            guard case .ended(let record, _) = try await batch.untilEnded(job, handles[index]) else {
                Issue.record("job \(index) did not end")
                continue
            }
            #expect(record.status == index)
            #expect(try bench.output(of: job) == "\(job.key.run)\n")
            #expect(try bench.files.text(job.folder + "/stderr.log") == "oops\n")
            #expect(try bench.files.read(job.folder + "/outputs/raw", limit: 9) == [97, 0, 98])
            #expect(try bench.files.text("\(job.work)/made") == "made\n")
            #expect(try bench.files.text(job.folder + "/metrics.jsonl") == "{\"step\": 1, \"x\": 2}\n")
        }
        // Whoever comes later finds the same, without asking anybody.
        #expect(try await bench.makeBatch().find(jobs).count == 4)
        _ = try await batch.untilEnded(jobs[3], handles[3])
        let objects = try await batch.staging().store.list(prefix: "work/\(batch.staging().store.store)/")
        #expect(objects.isEmpty, "\(objects.map(\.key))")
    }

    @Test func `code and data come along, and are sent once`() async throws {
        let bench = try await BatchBench()
        let files = bench.files
        let source = bench.path + "/source"
        try files.makeFolder(source + "/data/deep")
        try files.write("print\n", to: source + "/main.txt")
        try files.write("deep\n", to: source + "/data/deep/x")
        try files.write("flat\n", to: source + "/flat")
        let archive = bench.path + "/code.tar.gz"
        _ = try await LiveProcessRunner().succeed(Invocation("tar", ["-czf", archive, "-C", source, "main.txt"]))
        var job = try bench.makeJob("cat main.txt ../data/tree/deep/x ../data/one; rm main.txt")
        let mark = String(UUID().uuidString.lowercased().filter { $0 != "-" })
        job.parcel = JobParcel(
            runFolder: job.folder,
            code: .init(path: archive, name: "code-\(mark)"),
            files: ["run.sh"],
            data: [
                .init(name: "tree", path: source + "/data", content: "data-\(mark)", isFolder: true),
                .init(name: "one", path: source + "/flat", content: "data-1\(mark)", isFolder: false),
            ]
        )
        let batch = bench.makeBatch()
        let handle = try await batch.submit(job)
        guard case .ended(let record, let reason) = try await batch.untilEnded(job, handle) else {
            Issue.record("it did not end")
            return
        }
        #expect(record.status == 0, "\(reason ?? "") \((try? bench.files.text(job.folder + "/stderr.log")) ?? "")")
        #expect(try bench.output(of: job) == "print\ndeep\nflat\n")
        let keys = try await batch.staging().store.list(prefix: "work/code/code-\(mark)").map(\.key)
        #expect(keys == ["work/code/code-\(mark)"])
    }

    @Test func `what a job prints is seen while it runs`() async throws {
        let bench = try await BatchBench()
        let job = try bench.makeJob("echo first; sleep 300")
        let batch = bench.makeBatch()
        let handle = try await batch.submit(job)
        try await eventually("what it prints is seen") {
            _ = try await batch.status(of: [job: handle])
            return (try? bench.output(of: job)) == "first\n"
        }
        #expect(try !bench.files.exists(job.folder + "/exit.json"))
        try await batch.cancel(job, handle, grace: .seconds(120))
        guard case .ended(let record, _) = try await batch.untilEnded(job, handle) else {
            Issue.record("it did not end")
            return
        }
        #expect(record.signal == 15)
    }

    @Test func `a submitter that dies before it hears the answer has submitted once`() async throws {
        struct Death: Error {}
        let bench = try await BatchBench()
        let runner = CountingRunner { if $0.text.contains("submit-job") { throw Death() } }
        let jobs = try (0..<2).map { _ in try bench.makeJob("\(bench.folders.note); sleep 1") }
        let results = await bench.makeBatch(processes: runner).submit(jobs)
        for job in jobs { #expect(throws: Death.self) { try results[job.key]?.get() } }
        let other = bench.makeBatch()
        let found = try await other.find(jobs)
        #expect(found.count == 2)
        for job in jobs {
            _ = try await other.untilEnded(job, try #require(found[job.key]))
            #expect(try await bench.executions(of: job) == 1)
        }
    }

    @Test func `what a submitter had staged that died before it submitted is removed by the next one`() async throws {
        let bench = try await BatchBench()
        let jobs = try (0..<2).map { _ in try bench.makeJob("exit 0") }
        let staging = try await bench.makeBatch().staging()
        let batch = BatchBatch(
            name: "reprise-\(jobs[0].key.run.short)-0123456789abcdef",
            entries: jobs.map { .init(key: $0.key.description, run: $0.key.run.description, below: "") },
            image: bench.image,
            resources: Resources(),
            hasSecrets: false
        )
        _ = try await staging.stage(batch, jobs, halves: nil)
        let head = try await staging.store.input(batch.name, "")
        #expect(try await staging.store.list(prefix: head).count == 4)
        let other = bench.makeBatch()
        let results = await other.submit(jobs)
        #expect(try await staging.store.list(prefix: head).isEmpty)
        for job in jobs {
            guard case .ended(let record, _) = try await other.untilEnded(job, try #require(results[job.key]).get())
            else {
                Issue.record("it did not end")
                continue
            }
            #expect(record.status == 0)
        }
    }

    @Test func `a secret reaches the job, and nobody else`() async throws {
        let bench = try await BatchBench()
        let secret = "hush-\(UUID().uuidString)\n\\0$(id)'\"ö "
        var job = try bench.makeJob(
            "printf '%s' \"$TOKEN\" > seen; printf '%s' \"$EMPTY\" > empty; echo \"${REPRISE_HALVES-none}\""
        )
        job.secrets = ["TOKEN": secret, "EMPTY": ""]
        let programs = Mutex<[String]>([])
        let runner = CountingRunner { invocation in
            programs.withLock { $0.append(invocation.text + String(decoding: invocation.input, as: UTF8.self)) }
        }
        let batch = bench.makeBatch(processes: runner)
        let handle = try await batch.submit(job)
        _ = try await batch.untilEnded(job, handle)
        #expect(try bench.files.text("\(job.work)/seen") == secret)
        #expect(try bench.files.text("\(job.work)/empty") == "")
        #expect(try bench.output(of: job) == "none\n")
        #expect(!programs.withLock { $0 }.contains { $0.contains(secret.prefix(41)) })
    }

    @Test func `a job that is terminated behind our back is told as such`() async throws {
        let bench = try await BatchBench()
        let job = try bench.makeJob("\(bench.folders.note); sleep 300")
        let batch = bench.makeBatch()
        let handle = try await batch.submit(job)
        try await bench.begun(job)
        try await batch.commands.terminate(handle.description, reason: "somebody else")
        guard case .ended(let record, let reason) = try await batch.untilEnded(job, handle) else {
            Issue.record("it did not end")
            return
        }
        #expect(record.signal == 9 && reason == "ended at AWS Batch: somebody else", "\(record) \(reason ?? "")")
    }

    @Test func `an image that cannot be pulled ends the job, with a word on it`() async throws {
        let bench = try await BatchBench()
        var job = try bench.makeJob("exit 0")
        job.container = JobContainer(image: "127.0.0.1:1/nope:1", mounts: [])
        let batch = bench.makeBatch()
        let handle = try await batch.submit(job)
        guard case .ended(let record, let reason) = try await batch.untilEnded(job, handle) else {
            Issue.record("it did not end")
            return
        }
        #expect(!record.isSuccess && reason?.hasPrefix("could not begin: ") == true, "\(reason ?? "")")
        #expect(reason?.contains("127.0.0.1:1/nope:1") == true)
    }

    @Test(arguments: ["queue", "bucket", "endpoint", "credentials", "definition"])
    func `what AWS refuses is an error with its words, and leaves nothing`(_ kind: String) async throws {
        let bench = try await BatchBench()
        var settings = bench.settings()
        var variables = inheritedVariables()
        let code: String
        switch kind {
        case "queue": (settings.queue, code) = ("nope", "aws-no-queue")
        case "bucket": (settings.workspace, code) = ("s3://nope-nope/x", "aws-no-bucket")
        case "endpoint": (settings.endpoint, code) = ("http://127.0.0.1:1", "aws-unreachable")
        case "definition": (settings.definition, code) = ("nope", "aws-no-definition")
        default:
            for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] { variables[name] = nil }
            code = "aws-no-credentials"
        }
        let runner = ScrubbedRunner(isLoggedOut: kind == "credentials")
        let batch = bench.makeBatch(settings, processes: runner, variables: variables)
        let jobs = try (0..<2).map { _ in try bench.makeJob("exit 0") }
        let results = await batch.submit(jobs)
        for job in jobs {
            let error = #expect(throws: (any Error).self) { try results[job.key]?.get() } as? any RepriseError
            #expect(error?.code == code && (error is AWSAway) == (kind == "endpoint"), "\(String(describing: error))")
            #expect(try bench.files.names(in: job.folder) == ["run.sh", "work"])
        }
        if code != "aws-unreachable" { #expect(try await bench.makeBatch().find(jobs).isEmpty) }
    }
}

/// Runs programs, where asked without what logs in.
private struct ScrubbedRunner: ProcessRunner {
    let isLoggedOut: Bool

    func run(_ invocation: Invocation) async throws -> ProcessResult {
        var invocation = invocation
        if isLoggedOut {
            for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
                invocation.variables.updateValue(nil, forKey: name)
            }
        }
        return try await LiveProcessRunner().run(invocation)
    }
}
