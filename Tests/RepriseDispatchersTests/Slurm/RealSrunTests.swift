import Foundation
import RepriseDispatch
import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@Suite(.enabled(if: TestEngine.slurm.isUp, TestEngine.slurm.absence))
struct `Real srun` {
    @Test func `it keeps the contract, each job in an allocation of its own`() async throws {
        var contract = DispatcherContract(SrunBench(), seed: .random(in: 0 ... .max))
        try await contract.check()
    }

    @Test func `it keeps the contract within an allocation`() async throws {
        let bench = try await SrunBench.within(processors: 4, nodes: 2)
        var contract = DispatcherContract(bench, seed: .random(in: 0 ... .max))
        try await contract.check()
        await bench.close()
    }

    @Test func `steps run side by side, and nothing queues anew`() async throws {
        let bench = try await SrunBench.within(processors: 2, nodes: 1)
        let srun = bench.makeSrun()
        let jobs = try (0..<2)
            .map { _ in
                // Each waits for the other.
                try bench.makeJob(
                    "mktemp \(bench.path)/here.XXXXXX; while [ $(ls \(bench.path) | grep -c '^here') -lt 2 ]; do sleep 0.1; done"
                )
            }
        let results = await srun.submit(jobs)
        for job in jobs {
            let handle = try #require(results[job.key]).get()
            guard case .ended(let record, _) = try await srun.untilEnded(job, handle) else {
                Issue.record("it did not end")
                continue
            }
            #expect(record.status == 0)
        }
        await bench.close()
    }

    @Test func `a submitter that is killed in the middle has begun each once, and an other begins the rest`()
        async throws
    {
        struct Death: Error {}
        let bench = SrunBench()
        let jobs = try (0..<3).map { _ in try bench.makeJob("echo x >> ../executions; sleep 1") }
        let dying = bench.makeSrun(processes: CountingRunner { if $0.program == "sh" { throw Death() } })
        let results = await dying.submit(jobs)
        for job in jobs { #expect(throws: Death.self) { try results[job.key]?.get() } }
        let other = bench.makeSrun()
        #expect(try await other.find(jobs).count == 3)
        for (key, result) in await other.submit(jobs) {
            let job = try #require(jobs.first { $0.key == key })
            _ = try await other.untilEnded(job, try result.get())
            #expect(try await bench.executions(of: job) == 1)
        }
    }

    @Test func `a run whose srun is killed goes on, and its end is told`() async throws {
        let bench = SrunBench()
        let srun = bench.makeSrun()
        let go = bench.path + "/go"
        let job = try bench.makeJob("echo x >> ../executions; while [ ! -e \(go) ]; do sleep 0.1; done; exit 7")
        let handle = try await srun.submit(job)
        try await bench.begun(job)
        let leader = try bench.files.text(job.folder + "/srun.begun").split(separator: " ")[0]
        _ = try await LiveProcessRunner().run(Invocation("sh", ["-c", "kill -9 -- -\(leader)"]))
        try bench.files.write("", to: go)
        let later = bench.makeSrun()
        guard case .ended(let record, _) = try await later.untilEnded(job, handle) else {
            Issue.record("it is lost")
            return
        }
        #expect(record.status == 7)
        #expect(try await bench.executions(of: job) == 1)
        // Nothing of it is left in Slurm.
        #expect(try await bench.leftovers(of: job) == [])
    }

    @Test func `a run that waits is cancelled at once, and never executed`() async throws {
        let bench = SrunBench(SlurmSettings(options: ["--begin=now+1hour"]))
        let srun = bench.makeSrun()
        let job = try bench.makeJob("echo x >> ../executions")
        let handle = try await srun.submit(job)
        #expect(try await srun.status(of: [job: handle]) == [job.key: .submitted])
        try await srun.cancel(job, handle, grace: .seconds(120))
        guard case .ended(let record, _) = try await srun.untilEnded(job, handle) else {
            Issue.record("it was not cancelled")
            return
        }
        #expect(record.signal == 15)
        #expect(try await bench.executions(of: job) == 0)
    }

    @Test func `what cannot begin tells why, in the words of srun`() async throws {
        let bench = SrunBench(SlurmSettings(partition: "nope"))
        let srun = bench.makeSrun()
        let job = try bench.makeJob("exit 0")
        let handle = try await srun.submit(job)
        guard case .ended(let record, let reason) = try await srun.untilEnded(job, handle) else {
            Issue.record("it did not end")
            return
        }
        #expect(!record.isSuccess)
        #expect(
            reason?.hasPrefix("could not begin: ") == true && reason?.contains("nvalid partition") == true,
            "\(reason ?? "")"
        )
    }

    @Test func `a secret reaches the run, and lies nowhere`() async throws {
        let bench = SrunBench()
        var job = try bench.makeJob("printf '%s' \"$TOKEN\" > seen; echo \"${REPRISE_HALVES-none}\"")
        let secret = "hush-\(UUID().uuidString)"
        job.secrets = ["TOKEN": secret]
        let srun = bench.makeSrun()
        _ = try await srun.untilEnded(job, try await srun.submit(job))
        let search = try await LiveProcessRunner().run(Invocation("grep", ["-rlF", "--", secret, bench.path]))
        #expect(search.text == "\(job.work)/seen\n")
        #expect(try bench.output(of: job) == "none\n")
    }
}

/// Jobs that a real `srun` executes.
final class SrunBench: FolderBench {
    let folders = BenchFolders("srun")
    let settings: SlurmSettings
    /// What jobs are executed in; nil for the node itself.
    let image: String?
    /// Slurm's number of the allocation that jobs are steps of; nil where each has its own.
    private let allocation: String?
    private let processors: Int
    private let nodes: Int

    init(
        _ settings: SlurmSettings = SlurmSettings(),
        image: String? = nil,
        allocation: String? = nil,
        processors: Int = 1,
        nodes: Int = 1
    ) {
        self.settings = settings
        self.image = image
        self.allocation = allocation
        self.processors = processors
        self.nodes = nodes
    }

    func equip(_ job: Job) -> Job { job.within(image: image) }

    /// Makes an allocation, as `salloc` would that a person calls.
    static func within(processors: Int, nodes: Int) async throws -> SrunBench {
        let text = try await LiveProcessRunner()
            .run(
                Invocation(
                    "salloc",
                    [
                        "--no-shell", "--nodes=\(nodes)", "--ntasks=\(processors)", "--mem=1500", "--time=10",
                        "--job-name=reprise-bench",
                    ]
                )
            )
        let number = text.errorText.split(separator: "\n").first { $0.contains("Granted job allocation") }?
            .split(separator: " ").last
        return SrunBench(allocation: String(try #require(number)), processors: processors, nodes: nodes)
    }

    func close() async {
        if let allocation { _ = try? await LiveProcessRunner().run(Invocation("scancel", ["--quiet", allocation])) }
    }

    func makeDispatcher() throws -> any Dispatcher { makeSrun() }

    func makeSrun(processes: any ProcessRunner = LiveProcessRunner()) -> Srun {
        var variables = inheritedVariables()
        if let allocation {
            variables["SLURM_JOB_ID"] = allocation
            variables["SLURM_JOB_CPUS_PER_NODE"] = "\(processors / nodes)(x\(nodes))"
        }
        return Srun(
            settings,
            DispatcherParts(processes: processes, variables: variables, folder: path + "/slurm"),
            interval: .milliseconds(100)
        )
    }

    /// What is left after a while: Slurm takes a moment to put an allocation away.
    func leftovers(of job: Job) async throws -> [String] {
        let words = allocation.map { ["--steps", "--jobs=" + $0] } ?? ["--states=R,PD"]
        let asked = Invocation("squeue", ["--me", "--noheader", "--format=%j"] + words)
        return try await RepriseTestKit.leftovers {
            let names = try await LiveProcessRunner().run(asked).text.split(separator: "\n").map(String.init)
            return names.filter { $0 == "reprise-\(job.key)" }
        }
    }
}
