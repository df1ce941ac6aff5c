import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

/// What jobs in containers must do with each engine, beside the contract.
struct ContainerChecks {
    private let bench: ContainerBench
    private let table = ProcessTable()

    init(_ kind: EngineKind) { bench = ContainerBench(kind) }

    func keepTheContract() async throws {
        var contract = DispatcherContract(bench, seed: .random(in: 0 ... .max))
        try await contract.check()
    }

    func seeWhatTheyMay() async throws {
        var job = try bench.makeJob("env; ls /sys/class/net; touch made; echo to-errors >&2")
        job.secrets = ["TOKEN": "hush-hush"]
        let (record, reason) = try await bench.execute(job)
        #expect(record?.status == 0, "\(reason ?? "")")
        let lines = try bench.output(of: job).split(separator: "\n").map(String.init)
        #expect(lines.contains("TOKEN=hush-hush"))
        #expect(lines.contains("HOME=/tmp"))
        #expect(lines.contains("REPRISE_JOB=\(job.key)"))
        #expect(lines.contains("REPRISE_RUN_DIR=\(job.folder)"))
        #expect(!lines.contains { $0.hasPrefix("REPRISE_CLOCK") || $0.hasPrefix("REPRISE_MEMORY_GROUP") })
        #expect(!lines.contains { $0.hasPrefix("TMPDIR") || $0.hasPrefix("eth") })
        #expect(try bench.files.text(job.folder + "/stderr.log") == "to-errors\n")
        let owner = ProcessOwner.current
        let made = try await LiveProcessRunner()
            .succeed(Invocation("stat", ["-c", "%u:%g", "\(job.work)/made"]))
        #expect(made.text == "\(owner.user):\(owner.group)\n")
        for name in try bench.files.names(in: job.folder) where name.hasSuffix(".log") == false {
            guard try bench.files.isFolder(job.folder + "/" + name) == false else { continue }
            #expect(try !bench.files.text(job.folder + "/" + name).contains("hush-hush"), "\(name) holds a secret")
        }
        #expect(try await bench.leftovers(of: job) == [])
    }

    func keepPaths() async throws {
        let names = ["plain", "a b", "it's, \"here\": there", "ünï\\code$x"]
        for name in names {
            let data = bench.path + "/data/" + name
            try bench.files.makeFolder(data)
            try bench.files.write("content of \(name)", to: data + "/file")
            let file = shellQuoted(data + "/file")
            var job = try bench.makeJob("cat \(file); echo more >> \(file) && exit 9; exit 0")
            job.container?.mounts.append(JobContainer.Mount(path: data, source: data, isReadOnly: true))
            let (record, reason) = try await bench.execute(job)
            #expect(record?.status == 0, "\(name): \(reason ?? "")")
            #expect(try bench.output(of: job) == "content of \(name)")
        }
    }

    func keepTheRoot() async throws {
        let places = [
            ("root", "/x"), ("etc", "/etc/x"), ("home", "\"$HOME\"/x"), ("outputs", "\"$REPRISE_OUTPUTS\"/x"),
        ]
        let tries = places.map { "touch \($0.1) 2>/dev/null && echo \($0.0)" }
        var job = try bench.makeJob(tries.joined(separator: "; ") + "; true")
        job.container?.isReadOnly = true
        job.container?.sharedMemory = 8 << 20
        let (record, reason) = try await bench.execute(job)
        #expect(record?.status == 0, "\(reason ?? "")")
        let lines = try bench.output(of: job).split(separator: "\n").map(String.init)
        #expect(lines == ["home", "outputs"])
    }

    /// And the engine's monitor, where that holds the job's lock too.
    func outliveTheClient(_ isAdopted: Bool) async throws {
        let job = try bench.makeJob("echo x > begun; while [ ! -e go ]; do sleep 0.05; done; exit 7")
        let first = try bench.makeDispatcher()
        let handle = try await first.submit(job)
        _ = try await bench.note("begun", of: job)
        kill(job, handle, everything: isAdopted)
        let dispatcher = isAdopted ? try bench.makeDispatcher() : first
        for _ in 0..<5 {
            guard case .running = try #require(try await dispatcher.status(of: [job: handle])[job.key]) else {
                Issue.record("a job that lives on is not reported as running")
                return
            }
        }
        try bench.files.write("", to: "\(job.work)/go")
        guard case .ended(let record, _) = try await dispatcher.untilEnded(job, handle) else {
            Issue.record("its exit status is lost")
            return
        }
        #expect(record.status == 7)
        #expect(try await bench.leftovers(of: job) == [])
    }

    func noticeRemoval() async throws {
        let job = try bench.makeJob("echo x > begun; sleep 300")
        let dispatcher = try bench.makeDispatcher()
        let handle = try await dispatcher.submit(job)
        _ = try await bench.note("begun", of: job)
        _ = try await LiveProcessRunner()
            .run(Invocation(bench.kind.rawValue, ["rm", "--force", ContainerArguments.name(of: job.key)]))
        guard case .ended(let record, _) = try await dispatcher.untilEnded(job, handle) else {
            Issue.record("it is lost")
            return
        }
        #expect(record.signal == 9 || record.signal == 15, "\(record)")
        #expect(try await bench.leftovers(of: job) == [])
    }

    func noticeAMissingImage() async throws {
        var job = try bench.makeJob("true")
        job.container?.image = "sha256:" + String(repeating: "1", count: 64)
        let (record, reason) = try await bench.execute(job)
        #expect(record?.status == 125)
        #expect(reason?.hasPrefix("there is no image `sha256:1111") == true, "\(reason ?? "")")
        #expect(try await bench.leftovers(of: job) == [])
    }

    /// The client may die after it has asked for a container and before it asks to start it.
    func clearWhatNeverBegan() async throws {
        let job = try bench.makeJob("true")
        let source = bench.source
        let launcher = ContainerLauncher(source, DispatcherParts(engine: source))
        _ = try await launcher.launch(job)
        let name = ContainerArguments.name(of: job.key)
        let words = ["create", "--name", name, "--entrypoint", "/bin/sh", TestEngine.image, "-c", "true"]
        _ = try await LiveProcessRunner().succeed(Invocation(bench.kind.rawValue, words))
        let script = try await LiveProcessRunner().run(Invocation("sh", ["-c", "echo $$"]))
        try bench.files.write(script.text, to: job.folder + "/launched")
        #expect(try await bench.leftovers(of: job) == [name])
        let dispatcher = try bench.makeDispatcher()
        let handle = try #require(try await dispatcher.find([job])[job.key])
        guard case .lost = try await dispatcher.untilEnded(job, handle) else {
            Issue.record("a job that never began is not lost")
            return
        }
        #expect(try await bench.leftovers(of: job) == [])
    }

    func tellWhatTheyUsed() async throws {
        let facts = try await bench.source().facts
        let job = try bench.makeJob(
            "x=$(head -c 8000000 /dev/zero | tr '\\0' x)",
            resources: Resources(memory: 256 << 20)
        )
        let (record, reason) = try await bench.execute(job)
        #expect(record?.status == 0, "\(reason ?? "")")
        #expect(record?.outOfMemory == nil)
        #expect(((record?.peakMemory ?? 0) > 8_000_000) == facts.limitsMemory, "\(record?.peakMemory ?? 0)")
    }

    /// The kernel ends the script, the container's first process, before what takes the memory.
    func tellOfMemory() async throws {
        guard try await bench.source().facts.limitsMemory else { return }
        let job = try bench.makeJob(
            "echo 1000 > /proc/1/oom_score_adj; x=$(head -c 80000000 /dev/zero | tr '\\0' x); sleep 300",
            resources: Resources(memory: 32 << 20)
        )
        let (record, reason) = try await bench.execute(job)
        #expect(record?.signal == 9)
        #expect(record?.outOfMemory == true)
        #expect(reason == "out of memory (memory limit of 32 MiB)")
    }

    /// Kills clients, their monitors or whole jobs at random moments, from before the container is there to its end.
    func surviveKills() async throws {
        let first = try bench.makeDispatcher()
        var jobs: [Job: JobHandle] = [:]
        for number in 0..<10 {
            let job = try bench.makeJob("echo x >> ../executions; sleep 0.\(number); exit \(number)")
            jobs[job] = try await first.submit(job)
        }
        await withTaskGroup(of: Void.self) { group in
            for (job, handle) in jobs {
                group.addTask {
                    try? await Task.sleep(for: .milliseconds(.random(in: 0...2500)))
                    kill(job, handle, everything: Bool.random())
                }
            }
        }
        let second = try bench.makeDispatcher()
        for (job, handle) in jobs {
            let status = try await second.untilEnded(job, handle)
            #expect(try await bench.executions(of: job) <= 1)
            #expect(try await bench.leftovers(of: job) == [], "\(status)")
            guard let record = ExitFile.read(in: job.folder, bench.files) else { continue }
            guard case .ended(let told, _) = status else {
                Issue.record("an exit status is lost: \(status)")
                continue
            }
            #expect(told.status == record.status && told.signal == record.signal)
        }
    }

    private func kill(_ job: Job, _ handle: JobHandle, everything: Bool) {
        _ = bench.killLeader(handle)
        guard everything else { return }
        for facts in table.all() where table.hasOpen(job.folder + "/job.lock", facts.id) {
            table.send(ProcessSignal.kill, to: facts.id)
        }
    }

    func launchByHand() async throws {
        let job = try bench.makeJob("echo x >> ../executions; exit 6")
        let source = bench.source
        _ = try await ContainerLauncher(source, DispatcherParts(engine: source)).launch(job)
        let first = try await LiveProcessRunner().run(Invocation("sh", [job.folder + "/launch.sh"], folder: "/"))
        #expect(first.status == 6, "\(first.errorText)")
        let again = try await LiveProcessRunner().run(Invocation("sh", ["launch.sh", "--again"], folder: job.folder))
        #expect(again.status == 6, "\(again.errorText)")
        #expect(try await bench.executions(of: job) == 2)
        let (record, _) = try await bench.execute(job)
        #expect(record?.status == 6)
        #expect(try await bench.executions(of: job) == 2)
    }
}
