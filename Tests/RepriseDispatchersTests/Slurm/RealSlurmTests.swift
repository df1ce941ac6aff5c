import Foundation
import RepriseDispatch
import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@Suite(.enabled(if: TestEngine.slurm.isUp, TestEngine.slurm.absence))
struct `Real Slurm` {
    private let bench = SlurmBench()

    @Test func `it keeps the contract`() async throws {
        var contract = DispatcherContract(bench, seed: .random(in: 0 ... .max))
        try await contract.check()
    }

    @Test func `jobs that ask for the same are one array, in one submission`() async throws {
        let programs = Mutex<[String]>([])
        let runner = CountingRunner { invocation in programs.withLock { $0.append(invocation.text) } }
        let slurm = bench.makeSlurm(processes: runner)
        var jobs = try (0..<7).map { try bench.makeJob("echo \($0); exit \($0)") }
        jobs.append(try bench.makeJob("exit 0", resources: Resources(memory: 64 << 20)))
        let results = await slurm.submit(jobs)
        let handles = try jobs.map { try #require(results[$0.key]).get() }
        let array = Set(handles.prefix(7).map { $0.description.prefix { $0 != "_" } })
        #expect(array.count == 1)
        #expect(!handles[7].description.contains("_"))
        #expect(programs.withLock { $0 }.filter { $0.contains("sbatch --parsable") }.count == 2)
        for (index, job) in jobs.prefix(7).enumerated() {
            guard case .ended(let record, _) = try await slurm.untilEnded(job, handles[index]) else {
                Issue.record("job \(index) did not end")
                continue
            }
            #expect(record.status == index)
            #expect(try bench.output(of: job) == "\(index)\n")
        }
        // Whoever comes later finds the same, without asking Slurm.
        #expect(try await bench.makeSlurm().find(jobs).count == 8)
    }

    @Test func `a submitter that dies before it hears the answer has submitted once`() async throws {
        struct Death: Error {}
        let runner = CountingRunner { if $0.program == "flock" { throw Death() } }
        let jobs = try (0..<3).map { _ in try bench.makeJob("echo x >> ../executions; sleep 1") }
        let results = await bench.makeSlurm(processes: runner).submit(jobs)
        for job in jobs { #expect(throws: Death.self) { try results[job.key]?.get() } }
        let other = bench.makeSlurm()
        let found = try await other.find(jobs)
        #expect(found.count == 3)
        #expect(try await other.submit(jobs[1]) == found[jobs[1].key])
        for job in jobs {
            _ = try await other.untilEnded(job, try #require(found[job.key]))
            #expect(try await bench.executions(of: job) == 1)
        }
    }

    @Test func `a second submission in Slurm itself executes nothing`() async throws {
        let job = try bench.makeJob("echo x >> ../executions; sleep 2")
        let slurm = bench.makeSlurm()
        let handle = try await slurm.submit(job)
        let second = try await LiveProcessRunner()
            .succeed(Invocation("sbatch", ["--parsable", job.folder + "/slurm.sh"])).text.filter(\.isNumber)
        _ = try await slurm.untilEnded(job, handle)
        let asked = Invocation("squeue", ["--me", "--noheader", "--states=PD,CF,R,CG", "--format=%i"])
        try await eventually("the second submission ends", every: .milliseconds(100)) {
            try await !LiveProcessRunner().succeed(asked).text.split(separator: "\n").contains(Substring(second))
        }
        #expect(try await bench.executions(of: job) == 1)
    }

    @Test func `a secret reaches the job, and lies nowhere`() async throws {
        let secret = "hush-\(UUID().uuidString)\n\\0$(id)'\"ö "
        let probe = bench.path + "/probe"
        var job = try bench.makeJob(
            "printf '%s' \"$TOKEN\" > seen; printf '%s' \"$EMPTY\" > empty; echo \"${REPRISE_HALVES-none}\"; env | grep -c ^LEAK= ; scontrol show job $SLURM_JOB_ID > \(probe).new; mv \(probe).new \(probe); while [ ! -e \(probe).seen ]; do sleep 0.1; done"
        )
        job.secrets = ["TOKEN": secret, "EMPTY": ""]
        var variables = inheritedVariables()
        variables["LEAK"] = "before " + secret
        let slurm = bench.makeSlurm(variables: variables)
        let handle = try await slurm.submit(job)
        try await eventually("the job tells of itself") { try bench.files.exists(probe) }
        let folder = ProcessInfo.processInfo.environment["SLURM_CONF"]
            .map { URL(filePath: $0).deletingLastPathComponent().path }
        let needle = String(secret.prefix(41))
        let places = [bench.path] + (folder.map { [$0 + "/state", $0 + "/spool"] } ?? [])
        let search = try await LiveProcessRunner().run(Invocation("grep", ["-rlF", "--", needle] + places))
        #expect(search.text == "\(job.work)/seen\n", "\(search.text)")
        try bench.files.write("", to: probe + ".seen")
        _ = try await slurm.untilEnded(job, handle)
        #expect(try bench.files.text("\(job.work)/seen") == secret)
        #expect(try bench.files.text("\(job.work)/empty") == "")
        #expect(try bench.output(of: job) == "none\n0\n")
        #expect(try !bench.files.exists(job.folder + "/slurm.half"))
    }

    @Test func `a job that waits is cancelled at once`() async throws {
        let slurm = bench.makeSlurm(SlurmSettings(options: ["--begin=now+1hour"]))
        let job = try bench.makeJob("echo x >> ../executions")
        let handle = try await slurm.submit(job)
        guard case .submitted = try await slurm.status(of: [job: handle])[job.key] else {
            Issue.record("it does not wait")
            return
        }
        try await slurm.cancel(job, handle, grace: .seconds(120))
        guard case .ended(let record, let reason) = try await slurm.untilEnded(job, handle) else {
            Issue.record("it was not cancelled")
            return
        }
        #expect(record.signal == 15 && reason == "cancelled at Slurm before it began")
        #expect(try await bench.executions(of: job) == 0)
    }

    @Test func `a job that is deleted behind our back is told as cancelled`() async throws {
        let job = try bench.makeJob("echo x >> ../executions; sleep 300")
        let slurm = bench.makeSlurm()
        let handle = try await slurm.submit(job)
        try await bench.begun(job)
        _ = try await LiveProcessRunner().run(Invocation("scancel", [handle.description]))
        guard case .ended(let record, let reason) = try await slurm.untilEnded(job, handle) else {
            Issue.record("it was not cancelled")
            return
        }
        #expect(record.signal == 15 && reason == "cancelled at Slurm")
    }

    @Test func `limits of memory and time are told as such`() async throws {
        let slurm = bench.makeSlurm()
        let greedy = try bench.makeJob(
            "exec python3 -c 'import time; b = bytearray(300 << 20); time.sleep(600)'",
            resources: Resources(memory: 50 << 20)
        )
        let slow = try bench.makeJob("sleep 300", resources: Resources(time: 2000))
        let handles = try await (slurm.submit(greedy), slurm.submit(slow))
        guard case .ended(_, let memory) = try await slurm.untilEnded(greedy, handles.0),
            case .ended(let record, let time) = try await slurm.untilEnded(slow, handles.1)
        else {
            Issue.record("they did not end")
            return
        }
        #expect(memory == "out of memory (memory limit of 50 MiB)")
        #expect(time == "time limit of 2 s" && record.signal == 15, "\(record)")
    }

    @Test func `a job that its partition can never give is taken back, with the reason`() async throws {
        let slurm = bench.makeSlurm(SlurmSettings(partition: "short"))
        let job = try bench.makeJob("exit 0", resources: Resources(time: 3_600_000))
        let handle = try await slurm.submit(job)
        guard case .ended(let record, let reason) = try await slurm.untilEnded(job, handle) else {
            Issue.record("it waits for ever")
            return
        }
        #expect(!record.isSuccess)
        #expect(
            reason?.hasPrefix("asks for more") == true && reason?.hasSuffix("than the partition `short` gives") == true
        )
    }

    @Test func `what Slurm takes away for another is preempted, not failed`() async throws {
        let slurm = bench.makeSlurm(SlurmSettings(partition: "lent", options: ["--exclusive"]))
        let job = try bench.makeJob("echo x >> ../executions; sleep 300")
        let handle = try await slurm.submit(job)
        try await bench.begun(job)
        let urgent = bench.makeSlurm(SlurmSettings(partition: "urgent", options: ["--exclusive"]))
        let other = try bench.makeJob("exit 0")
        let otherHandle = try await urgent.submit(other)
        #expect(try await slurm.untilEnded(job, handle) == .preempted())
        _ = try await urgent.untilEnded(other, otherHandle)
    }

    @Test(arguments: ["partition", "option", "reserved", "memory"])
    func `what Slurm refuses is an error with its words, and leaves nothing`(_ kind: String) async throws {
        let settings =
            switch kind {
            case "partition": SlurmSettings(partition: "nope")
            case "option": SlurmSettings(options: ["--frobnicate"])
            case "reserved": SlurmSettings(options: ["--array=1-3"])
            default: SlurmSettings()
            }
        let slurm = bench.makeSlurm(settings)
        let resources = kind == "memory" ? Resources(memory: 1 << 50) : Resources()
        let jobs = try (0..<2).map { _ in try bench.makeJob("exit 0", resources: resources) }
        let results = await slurm.submit(jobs)
        for job in jobs {
            let error = #expect(throws: SlurmError.self) { try results[job.key]?.get() }
            #expect(error?.fault == .usage)
            #expect(try bench.files.names(in: job.folder) == ["run.sh", "work"])
        }
        #expect(try await slurm.find(jobs).isEmpty)
    }
}
