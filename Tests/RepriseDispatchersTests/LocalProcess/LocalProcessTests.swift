import RepriseDispatch
import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@Suite struct `Local processes` {
    private let bench = LocalBench()

    @Test func `they keep the contract`() async throws {
        var contract = DispatcherContract(bench, seed: .random(in: 0 ... .max))
        try await contract.check()
    }

    @Test func `a job inherits the environment, its secrets and its name, and nothing of Reprise's`() async throws {
        let dispatcher = try LocalProcess(variables: ["PATH": "/usr/bin:/bin", "REPRISE_HOME": "/x", "A": "b=c"])
        var job = try bench.makeJob("env; cat /proc/self/cwd/../run.sh > /dev/null; ls /proc/self/fd")
        job.secrets = ["TOKEN": "hush-hush"]
        job.gpus = [1, 3]
        let handle = try await dispatcher.submit(job)
        _ = try await dispatcher.untilEnded(job, handle)
        let lines = try bench.output(of: job).split(separator: "\n").map(String.init)
        #expect(lines.contains("TOKEN=hush-hush"))
        #expect(lines.contains("A=b=c"))
        #expect(lines.contains("REPRISE_JOB=\(job.key)"))
        #expect(lines.contains("CUDA_VISIBLE_DEVICES=1,3"))
        #expect(!lines.contains { $0.hasPrefix("REPRISE_HOME") || $0.hasPrefix("REPRISE_CLOCK") })
        #expect(await dispatcher.holdings(of: job) == JobHoldings(gpus: [1, 3]))
        for name in try bench.files.names(in: job.folder) where name.hasSuffix(".log") == false {
            guard try bench.files.isFolder(job.folder + "/" + name) == false else { continue }
            #expect(try !bench.files.text(job.folder + "/" + name).contains("hush-hush"), "\(name) holds a secret")
        }
    }

    @Test func `cancelling finds what left the session and ignores TERM`() async throws {
        let job = try bench.makeJob("setsid sh -c 'trap \"\" TERM; echo $$ > far; sleep 300; sleep 300' & sleep 300")
        let dispatcher = try bench.makeDispatcher()
        let handle = try await dispatcher.submit(job)
        let far = try #require(Int32(try await bench.note("far", of: job).split(separator: "\n")[0]))
        #expect(ProcessTable().facts(of: far) != nil)
        try await dispatcher.cancel(job, handle, grace: .milliseconds(100))
        _ = try await dispatcher.untilEnded(job, handle)
        #expect(ProcessTable().facts(of: far)?.isZombie ?? true)
    }

    @Test(arguments: [false, true])
    func `a job whose processes all were killed is ended or lost, never run again`(isAdopted: Bool) async throws {
        let job = try bench.makeJob("echo x >> ../executions; echo $$ > pid; sleep 300")
        let first = try bench.makeDispatcher()
        let handle = try await first.submit(job)
        _ = try await bench.note("pid", of: job)
        let dispatcher = isAdopted ? try bench.makeDispatcher() : first
        _ = try await dispatcher.status(of: [job: handle])
        let script = try #require(Int32(handle.description))
        for facts in ProcessTable().all() where facts.session == script {
            ProcessTable().send(ProcessSignal.kill, to: facts.id)
        }
        switch try await dispatcher.untilEnded(job, handle) {
        case .ended(let record, _): #expect(record.signal == 9 && !isAdopted)
        case .lost(let reason): #expect(isAdopted, "\(reason)")
        case let status: Issue.record("\(status)")
        }
        #expect(try await dispatcher.submit(job) == handle)
        #expect(try await bench.executions(of: job) == 1)
    }

    @Test func `a script that dies takes what it started with it`() async throws {
        let job = try bench.makeJob("echo $$ > pid; sleep 300")
        let dispatcher = try bench.makeDispatcher()
        let handle = try await dispatcher.submit(job)
        let orphan = try #require(Int32(try await bench.note("pid", of: job).split(separator: "\n")[0]))
        ProcessTable().send(ProcessSignal.kill, to: try #require(Int32(handle.description)))
        guard case .ended(let record, _) = try await dispatcher.untilEnded(job, handle) else {
            Issue.record("it left no record")
            return
        }
        #expect(record.signal == 9)
        #expect(ProcessTable().facts(of: orphan)?.isZombie ?? true)
    }

    @Test func `a daemon that stays behind does not keep the job open`() async throws {
        let job = try bench.makeJob("setsid sleep 20 > /dev/null 2>&1 & exit 5")
        let dispatcher = try bench.makeDispatcher()
        let handle = try await dispatcher.submit(job)
        guard case .ended(let record, _) = try await dispatcher.untilEnded(job, handle) else {
            Issue.record("it did not end")
            return
        }
        #expect(record.status == 5)
        let other = try bench.makeDispatcher()
        #expect(try await other.find([job]) == [job.key: handle])
        for facts in ProcessTable().all() where ProcessTable().variable("REPRISE_JOB", of: facts.id) == "\(job.key)" {
            ProcessTable().send(ProcessSignal.kill, to: facts.id)
        }
    }

    @Test(arguments: [false, true])
    func `a time limit holds, also for the next supervisor`(isAdopted: Bool) async throws {
        let job = try bench.makeJob("trap '' TERM; sleep 300; sleep 300", resources: Resources(time: 300))
        var dispatcher: any Dispatcher
        let handle: JobHandle
        if isAdopted {
            var unlimited = job
            unlimited.resources.time = nil
            handle = try await bench.makeDispatcher().submit(unlimited)
            dispatcher = try bench.makeDispatcher()
        } else {
            dispatcher = try bench.makeDispatcher()
            handle = try await dispatcher.submit(job)
        }
        guard case .ended(let record, let reason) = try await dispatcher.untilEnded(job, handle) else {
            Issue.record("it left no record")
            return
        }
        #expect(record.signal == 9 || record.signal == 15)
        #expect(reason == "time limit of 300 ms")
    }

    @Test func `a program whose first thread has ended lives, and can be ended`() async throws {
        let program = """
            import ctypes, os, threading, time
            threading.Thread(target=time.sleep, args=(300,)).start()
            open("pid", "w").write(f"{os.getpid()}\\n")
            ctypes.CDLL(None).pthread_exit(None)
            """
        let job = try bench.makeJob("exec python3 -c \(shellQuoted(program))")
        let dispatcher = try bench.makeDispatcher()
        let handle = try await dispatcher.submit(job)
        let process = try #require(Int32(try await bench.note("pid", of: job).split(separator: "\n")[0]))
        try await eventually("its first thread has ended") {
            try bench.files.text("/proc/\(process)/stat").contains(") Z ")
        }
        #expect(ProcessTable().facts(of: process)?.isZombie == false)
        try await dispatcher.cancel(job, handle, grace: .milliseconds(100))
        _ = try await dispatcher.untilEnded(job, handle)
        #expect(ProcessTable().facts(of: process)?.isZombie ?? true)
    }

    @Test func `a memory limit holds`() async throws {
        let hog = "head -c 80000000 /dev/zero | tail -c 80000000 | sleep 300"
        let job = try bench.makeJob(hog, resources: Resources(memory: 32 << 20))
        let dispatcher = try bench.makeDispatcher()
        let handle = try await dispatcher.submit(job)
        guard case .ended(_, let reason) = try await dispatcher.untilEnded(job, handle) else {
            Issue.record("it left no record")
            return
        }
        #expect(reason == "out of memory (memory limit of 32 MiB)")
    }

    @Test func `a job executed by hand is not executed again`() async throws {
        let job = try bench.makeJob("echo x >> ../executions; exit 6")
        _ = try await LiveProcessRunner().run(Invocation("sh", [job.folder + "/run.sh"]))
        let dispatcher = try bench.makeDispatcher()
        let handle = try await dispatcher.submit(job)
        guard case .ended(let record, _) = try await dispatcher.untilEnded(job, handle) else {
            Issue.record("it did not end")
            return
        }
        #expect(record.status == 6)
        #expect(try await bench.executions(of: job) == 1)
    }

    @Test func `a script that is not there fails the job`() async throws {
        let job = try bench.makeJob("true")
        try bench.files.remove(job.folder + "/run.sh")
        let dispatcher = try bench.makeDispatcher()
        let handle = try await dispatcher.submit(job)
        guard case .ended(let record, let reason) = try await dispatcher.untilEnded(job, handle) else {
            Issue.record("it did not end")
            return
        }
        #expect(record.status == 2 || record.status == 127)
        #expect(reason?.contains("run.sh") == true)
    }

    @Test func `what it used is told`() async throws {
        let job = try bench.makeJob("head -c 30000000 /dev/zero | tail -c 30000000 > /dev/null")
        let dispatcher = try bench.makeDispatcher()
        let handle = try await dispatcher.submit(job)
        guard case .ended(let record, _) = try await dispatcher.untilEnded(job, handle) else {
            Issue.record("it did not end")
            return
        }
        #expect(try #require(record.peakMemory) > 25_000_000)
    }
}
