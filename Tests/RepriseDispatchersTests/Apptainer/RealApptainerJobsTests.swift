import Foundation
import RepriseDispatch
import RepriseDispatchers
import RepriseImages
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@Suite(.enabled(if: TestEngine.apptainer.isUp, TestEngine.apptainer.absence)) struct `Real Apptainer jobs` {
    private let bench: ApptainerBench

    init() async throws { bench = try await ApptainerBench() }

    @Test func `they keep the contract`() async throws {
        var contract = DispatcherContract(bench, seed: .random(in: 0 ... .max))
        try await contract.check()
    }

    private func ended(_ job: Job, by dispatcher: (any Dispatcher)? = nil) async throws -> (ExitRecord, String?) {
        let dispatcher = try dispatcher ?? bench.makeDispatcher()
        let handle = try await dispatcher.submit(job)
        let status = try await dispatcher.untilEnded(job, handle)
        guard case .ended(let record, let reason) = status else {
            throw WaitedInVain(what: "job \(job.key) leaves a record; it is \(status)")
        }
        return (record, reason)
    }

    @Test func `a job sees its folder, its secrets and its name, and nothing of the person's`() async throws {
        var job = try bench.makeJob(
            "env; id -u; id -g; pwd; echo HOME is empty: $(ls -A \"$HOME\" | grep -v reprise-sif); echo oops >&2; echo x > \"$REPRISE_OUTPUTS/x\""
        )
        job.secrets = ["TOKEN": "hush-$(id)-`id`-\"'\\hush\nsecond line"]
        let (record, _) = try await ended(job)
        #expect(record.status == 0)
        let text = try bench.output(of: job)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(text.contains("TOKEN=hush-$(id)-`id`-\"'\\hush\nsecond line\n"))
        #expect(lines.contains("REPRISE_JOB=\(job.key)"))
        #expect(lines.contains("HOME=/tmp"))
        #expect(lines.contains(job.folder + "/work"))
        #expect(lines.filter { $0 == "\(getuid())" }.isEmpty == false)
        #expect(!lines.contains { $0.hasPrefix("LEAK=") || $0.hasPrefix("REPRISE_CLOCK") })
        #expect(try bench.files.text(job.folder + "/stderr.log") == "oops\n")
        #expect(try bench.files.text(job.folder + "/outputs/x") == "x\n")
        for name in try bench.files.names(in: job.folder) where !name.hasSuffix("stdout.log") {
            guard try bench.files.isFolder(job.folder + "/" + name) == false else { continue }
            #expect(try !bench.files.text(job.folder + "/" + name).contains("hush"), "\(name) holds a secret")
        }
    }

    @Test func `the temporary folder inside is on the disk, and gone afterwards`() async throws {
        let job = try bench.makeJob(
            "df -k /tmp | tail -1; head -c 100000000 /dev/zero > $HOME/large && ls -s $HOME/large"
        )
        let (record, _) = try await ended(job)
        #expect(record.status == 0)
        #expect(try !bench.files.exists(job.folder + "/scratch"))
    }

    @Test func `without a network there is none`() async throws {
        var job = try bench.makeJob("ip -o link | wc -l")
        job.container?.network = .none
        #expect(try await ended(job).0.status == 0)
        #expect(try bench.output(of: job) == "1\n")
    }

    @Test func `a read-only image cannot be written, the run's folder and the temporary one can`() async throws {
        var job = try bench.makeJob("echo x > /new && exit 1; echo y > $HOME/y && echo z > z")
        job.container?.isReadOnly = true
        #expect(try await ended(job).0.status == 0)
    }

    @Test func `what is mounted read-only refuses to be written, under any name`() async throws {
        let data = bench.path + "/da,ta \"it's\" 1: $x"
        try bench.files.makeFolder(data)
        try bench.files.write("seen\n", to: data + "/f")
        var job = try bench.makeJob("cat \(shellQuoted(data))/f && ! echo x > \(shellQuoted(data))/g")
        job.container?.mounts.append(.init(path: data, source: data, isReadOnly: true))
        #expect(try await ended(job).0.status == 0)
        #expect(try bench.output(of: job) == "seen\n")
        #expect(try !bench.files.exists(data + "/g"))
    }

    @Test(arguments: [false, true])
    func `a client that is killed leaves nothing behind, and the job is told as ended`(isAdopted: Bool) async throws {
        let job = try bench.makeJob("echo x >> ../executions; echo $$ > pid; sleep 300")
        let first = try bench.makeDispatcher()
        let handle = try await first.submit(job)
        _ = try await bench.note("pid", of: job)
        let dispatcher = isAdopted ? try bench.makeDispatcher() : first
        _ = try await dispatcher.status(of: [job: handle])
        ProcessTable().send(ProcessSignal.kill, to: try #require(Int32(handle.description)))
        switch try await dispatcher.untilEnded(job, handle) {
        case .ended(let record, _): #expect(record.signal == 9)
        case .lost: #expect(isAdopted)
        case let status: Issue.record("\(status)")
        }
        #expect(try bench.processes(of: job).isEmpty)
        #expect(try !bench.files.exists(job.folder + "/scratch"))
        #expect(try await dispatcher.submit(job) == handle)
        #expect(try await bench.executions(of: job) == 1)
    }

    @Test func `cancelling ends what left the session, and the script still tells how it ended`() async throws {
        let job = try bench.makeJob("setsid sh -c 'trap \"\" TERM; echo $$ > far; sleep 300; sleep 300' & sleep 300")
        let dispatcher = try bench.makeDispatcher()
        let handle = try await dispatcher.submit(job)
        _ = try await bench.note("far", of: job)
        try await dispatcher.cancel(job, handle, grace: .seconds(3))
        guard case .ended(let record, _) = try await dispatcher.untilEnded(job, handle) else {
            Issue.record("it left no record")
            return
        }
        #expect(record.signal == 15)
        #expect(try bench.files.exists(job.folder + "/exit.json"))
        #expect(try bench.processes(of: job).isEmpty)
    }

    @Test func `a memory limit holds, whoever keeps it`() async throws {
        let job = try bench.makeJob(
            "(head -c 190000000 /dev/zero; sleep 3) | tail -c 190000000 > /dev/null",
            resources: Resources(memory: 64 << 20)
        )
        let (record, reason) = try await ended(job)
        #expect(!record.isSuccess)
        if bench.facts.limitsMemory {
            #expect(record.signal == 9)
        } else {
            #expect(reason?.contains("memory limit of 64 MiB") == true, "\(record) \(reason ?? "")")
        }
        #expect(try bench.processes(of: job).isEmpty)
    }

    @Test func `what keeps a container from beginning is told in the engine's words`() async throws {
        var job = try bench.makeJob("true")
        job.container?.image = bench.path + "/nothing.sif"
        let (record, reason) = try await ended(job)
        #expect(record.status == 255)
        #expect(reason?.contains("nothing.sif") == true, "\(reason ?? "no reason")")
    }
}
