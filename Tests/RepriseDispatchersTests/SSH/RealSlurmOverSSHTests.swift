import Foundation
import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@testable import RepriseDispatchers

@Suite(.enabled(if: TestEngine.ssh.isUp && TestEngine.slurm.isUp, TestEngine.ssh.absence))
struct `Real SSH: Slurm` {
    private let bench: SSHBench

    init() throws { bench = try SSHBench() }

    @Test func `it keeps the contract`() async throws {
        var contract = DispatcherContract(bench, seed: .random(in: 0 ... .max))
        try await contract.check()
    }

    @Test func `what a job writes is seen while it runs, and everything is here when it has ended`() async throws {
        let job = try bench.makeJob(
            """
            echo one; echo '{"step": 1, "loss": 2}' >> "$REPRISE_METRICS"; echo oops >&2
            mkdir -p "$REPRISE_OUTPUTS/deep"; printf 'a\\0b' > "$REPRISE_OUTPUTS/deep/it's"; echo mine > new
            while [ ! -e "$REPRISE_RUN_DIR/go" ]; do sleep 0.05; done
            echo two; exit 3
            """
        )
        let slurm = try bench.makeSlurm()
        let handle = try await slurm.submit(job)
        let written = [
            "stdout.log": "one\n", "stderr.log": "oops\n", "metrics.jsonl": "{\"step\": 1, \"loss\": 2}\n",
        ]
        try await eventually("what it has written so far is seen here", every: .milliseconds(50)) {
            _ = try await slurm.status(of: [job: handle])
            return written.allSatisfy { (try? bench.files.text("\(job.folder)/\($0.key)")) == $0.value }
        }
        #expect(try !bench.files.exists(job.folder + "/outputs/deep"))
        try bench.files.write("", to: bench.there(job) + "/go")
        guard case .ended(let record, _) = try await slurm.untilEnded(job, handle) else {
            Issue.record("it did not end")
            return
        }
        #expect(record.status == 3)
        #expect(try bench.output(of: job) == "one\ntwo\n")
        #expect(try bench.files.read(job.folder + "/outputs/deep/it's", limit: 9) == Array("a\0b".utf8))
        #expect(try bench.files.text("\(job.work)/new") == "mine\n")
        // Nothing of it is left there.
        #expect(try bench.files.names(in: bench.workspace + "/jobs").isEmpty)
    }

    @Test func `one round trip tells of all jobs, however many they are`() async throws {
        let programs = Mutex<[String]>([])
        let runner = CountingRunner { invocation in programs.withLock { $0.append(invocation.text) } }
        let slurm = try bench.makeSlurm(processes: runner, interval: .milliseconds(1))
        let jobs = try (0..<12).map { try bench.makeJob("echo \($0); sleep 300") }
        let results = await slurm.submit(jobs)
        var handles: [Job: JobHandle] = [:]
        for job in jobs { handles[job] = try #require(results[job.key]).get() }
        programs.withLock { $0 = [] }
        for _ in 0..<5 { #expect(try await slurm.status(of: handles).count == 12) }
        #expect(programs.withLock { $0 }.count == 5, "\(programs.withLock { $0 })")
        for (job, handle) in handles { try await slurm.cancel(job, handle, grace: .zero) }
        for (job, handle) in handles { _ = try await slurm.untilEnded(job, handle) }
        #expect(try bench.files.names(in: bench.workspace + "/batches").isEmpty)
    }

    @Test(arguments: [true, false])
    func `code and data lie there once, for all who name them, with rsync or without`(hasRsync: Bool) async throws {
        let source = bench.path + "/source"
        try bench.files.makeFolder(source + "/set/deep")
        try bench.files.write("hello\n", to: source + "/set/deep/a")
        try bench.files.write("file\n", to: source + "/one")
        try bench.files.write("print\n", to: source + "/program")
        let archive = JobParcel.Archive(path: source + "/code.tgz", name: "code-0123")
        _ = try await LiveProcessRunner()
            .succeed(Invocation("tar", ["-czf", archive.path, "-C", source, "program"]))
        var jobs: [Job] = []
        for _ in 0..<3 {
            var job = try bench.makeJob("cat program ../data/set/deep/a ../data/one")
            job.parcel?.code = archive
            job.parcel?.data = [
                .init(name: "set", path: source + "/set", content: "data-1", isFolder: true),
                .init(name: "one", path: source + "/one", content: "data-2", isFolder: false),
            ]
            jobs.append(job)
        }
        let slurm = try bench.makeSlurm(processes: hasRsync ? LiveProcessRunner() : RunnerWithoutRsync())
        for job in jobs {
            let handle = try await slurm.submit(job)
            _ = try await slurm.untilEnded(job, handle)
            #expect(try bench.output(of: job) == "print\nhello\nfile\n")
        }
        #expect(try bench.files.names(in: bench.workspace + "/code") == ["code-0123"])
        #expect(try bench.files.names(in: bench.workspace + "/data") == ["data-1", "data-2"])
    }

    @Test(.enabled(if: TestEngine.apptainer.isUp, TestEngine.apptainer.absence))
    func `a container finds its run and its data there`() async throws {
        let data = bench.path + "/data.txt"
        var job = try bench.makeJob(
            "cat ../data/set; cat /etc/os-release | head -n 1; echo kept > \"$REPRISE_OUTPUTS/o\""
        )
        try bench.files.write("hello\n", to: data)
        job.parcel?.data = [.init(name: "set", path: data, content: "data-9", isFolder: false)]
        job.container = JobContainer(
            image: TestEngine.imageFolder + "/busybox.sif",
            mounts: [.init(path: job.folder, source: job.folder, isReadOnly: false)]
        )
        let slurm = try bench.makeSlurm()
        let handle = try await slurm.submit(job)
        guard case .ended(let record, let reason) = try await slurm.untilEnded(job, handle) else {
            Issue.record("it did not end")
            return
        }
        #expect(record.isSuccess, "\(record) \(reason ?? "")")
        #expect(try bench.output(of: job).hasPrefix("hello\n"))
        #expect(try bench.files.text(job.folder + "/outputs/o") == "kept\n")
        #expect(try bench.files.names(in: bench.workspace + "/images") == ["busybox.sif"])
    }

    @Test func `a machine that is away for a while changes nothing`() async throws {
        let isAway = Mutex(false)
        let runner = CountingRunner { invocation in
            guard isAway.withLock({ $0 }), invocation.program == "ssh" || invocation.program == "sh" else { return }
            throw SSHError.portClosed(try #require(SSHDestination("away")), words: "Connection refused")
        }
        let slurm = try bench.makeSlurm(processes: runner)
        let job = try bench.makeJob(
            "\(bench.folders.note); echo a; while [ ! -e \"$REPRISE_RUN_DIR/go\" ]; do sleep 0.05; done; echo b; exit 5"
        )
        let handle = try await slurm.submit(job)
        try await bench.begun(job)
        isAway.withLock { $0 = true }
        var troubles = 0
        try await eventually("three looks fail") {
            do {
                let status = try await slurm.status(of: [job: handle])[job.key]
                #expect(status?.isOpen == true, "\(String(describing: status))")
            } catch is SSHError { troubles += 1 }
            return troubles == 3
        }
        try bench.files.write("", to: bench.there(job) + "/go")
        try await eventually("the job ends there") { ExitFile.read(in: bench.there(job), bench.files) != nil }
        #expect(ExitFile.read(in: job.folder, bench.files) == nil)
        isAway.withLock { $0 = false }
        let record = try await eventually("its end is told") { () -> ExitRecord? in
            // What failed while the machine was away may be told once more.
            do {
                guard case .ended(let record, _) = try await slurm.status(of: [job: handle])[job.key] else {
                    return nil
                }
                return record
            } catch is SSHError { return nil }
        }
        #expect(record.status == 5)
        #expect(try bench.output(of: job) == "a\nb\n")
        #expect(try await bench.executions(of: job) == 1)
    }

    @Test func `a submitter that dies before it hears the answer has submitted once`() async throws {
        struct Death: Error {}
        let runner = CountingRunner {
            if String(decoding: $0.input, as: UTF8.self).contains("--parsable") { throw Death() }
        }
        let jobs = try (0..<3).map { _ in try bench.makeJob("\(bench.folders.note); sleep 1") }
        let results = await (try bench.makeSlurm(processes: runner)).submit(jobs)
        for job in jobs { #expect(throws: Death.self) { try results[job.key]?.get() } }
        let other = try bench.makeSlurm()
        let found = try await other.find(jobs)
        #expect(found.count == 3)
        #expect(try await other.submit(jobs[1]) == found[jobs[1].key])
        for job in jobs {
            _ = try await other.untilEnded(job, try #require(found[job.key]))
            #expect(try await bench.executions(of: job) == 1)
        }
    }

    @Test func `a secret reaches the job, and lies nowhere`() async throws {
        let secret = "hush-\(UUID().uuidString)\n\\0$(id)'\"ö "
        var job = try bench.makeJob(
            """
            printf '%s' "$TOKEN" > seen; echo "${REPRISE_HALVES-none}"
            while [ ! -e "$REPRISE_RUN_DIR/go" ]; do sleep 0.05; done
            """
        )
        job.secrets = ["TOKEN": secret]
        let slurm = try bench.makeSlurm()
        let handle = try await slurm.submit(job)
        try await eventually("the job sees its secret") { try bench.files.exists("\(bench.work(there: job))/seen") }
        let needle = String(secret.prefix(41))
        let search = try await LiveProcessRunner()
            .run(Invocation("grep", ["-rlF", "--", needle, bench.path, bench.workspace]))
        #expect(search.text == "\(bench.work(there: job))/seen\n")
        try bench.files.write("", to: bench.there(job) + "/go")
        _ = try await slurm.untilEnded(job, handle)
        #expect(try bench.files.text("\(job.work)/seen") == secret)
        #expect(try bench.output(of: job) == "none\n")
        #expect(try !bench.files.exists(job.folder + "/slurm.half"))
    }

    @Test func `a workspace that cannot be is told before anything is submitted`() async throws {
        try bench.files.write("a file", to: bench.workspace)
        let job = try bench.makeJob("exit 0")
        let error = await #expect(throws: RemoteWorkspaceError.self) { try await bench.makeSlurm().submit(job) }
        #expect(error?.code == "workspace-unusable" && error?.fault == .usage)
        #expect(try bench.files.names(in: job.folder) == ["run.sh", "work"])
    }
}

/// A machine that lacks it.
private struct RunnerWithoutRsync: ProcessRunner {
    func run(_ invocation: Invocation) async throws -> ProcessResult {
        if invocation.program == "rsync" { throw ProgramMissing(program: "rsync") }
        return try await LiveProcessRunner().run(invocation)
    }
}
