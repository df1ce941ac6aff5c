import Foundation
import RepriseDispatch
import RepriseDispatchers
import RepriseImages
import RepriseModel
import RepriseSite
import RepriseSystem
import RepriseTestKit

/// Real containers of Apptainer, their images and jobs in a temporary folder that is removed at the end.
final class ApptainerBench: DispatcherBench {
    let path: String
    let files = LiveFileSystem()
    let image: String
    let facts: EngineFacts
    private let engine: RepriseImages.Apptainer

    init() async throws {
        path = FileManager.default.temporaryDirectory.appending(path: "reprise-sif-\(UUID().uuidString)").path
        engine = RepriseImages.Apptainer(
            program: try await LiveProcessRunner().succeed(Invocation("sh", ["-c", "command -v apptainer"])).line,
            files: LiveFileSystem(),
            processes: LiveProcessRunner(),
            folder: path + "/images",
            user: Int(getuid())
        )
        facts = try await engine.facts()
        image = try await engine.load(TestEngine.imageFolder + "/busybox.tar").name
    }

    deinit { try? files.remove(path) }

    func makeDispatcher() throws -> any Dispatcher {
        let (engine, facts) = (engine, facts)
        let parts = DispatcherParts(
            target: TargetSettings(name: "test", kind: .apptainer),
            variables: inheritedVariables().merging(["APPTAINER_BIND": "/etc", "APPTAINERENV_LEAK": "leaked"]) { $1 },
            grace: .milliseconds(200),
            engine: { (engine, facts) }
        )
        return try DispatcherList.make(parts)
    }

    func makeJob(_ key: JobKey, _ behaviour: JobBehaviour) throws -> Job {
        let note = "echo x >> ../executions; "
        return switch behaviour {
        case .exits(let status): try makeJob(note + "exit \(status)", key: key)
        case .killsItself(let signal): try makeJob(note + "kill -\(signal) $$", key: key)
        case .runs: try makeJob(note + "sleep 300", key: key)
        case .ignoresTermination: try makeJob("trap '' TERM; \(note) sleep 300; sleep 300", key: key)
        case .exitsLate(let status): try makeJob(note + "sleep 1; exit \(status)", key: key)
        case .exceedsMemory: try makeJob(note + JobCommands.hog, key: key, resources: Resources(memory: 32 << 20))
        case .exceedsTime: try makeJob(note + "sleep 300", key: key, resources: Resources(time: 300))
        }
    }

    func killLeader(_ handle: JobHandle) -> Bool {
        Int32(handle.description).map { ProcessTable().send(ProcessSignal.kill, to: $0) } ?? false
    }

    func makeJob(_ command: String, key: JobKey? = nil, resources: Resources = Resources()) throws -> Job {
        var generator = SystemRandomNumberGenerator()
        let key = key ?? JobKey(run: RunID(using: &generator))
        let folder = "\(path)/\(key.run)"
        try files.makeFolder(folder + "/work")
        let request = RunRequest.sample(command, run: key.run)
        let input = RunScriptInput(request: request, step: request.steps[0], key: key)
        try files.write(RunScript.text(input), to: folder + "/run.sh")
        var job = Job(key: key, folder: folder, resources: resources)
        job.container = JobContainer(image: image, mounts: [.init(path: folder, source: folder, isReadOnly: false)])
        return job
    }

    func executions(of job: Job) throws -> Int {
        guard try files.exists(job.folder + "/executions") else { return 0 }
        return try files.text(job.folder + "/executions").split(separator: "\n").count
    }

    func output(of job: Job) throws -> String { try files.text(job.folder + "/stdout.log") }

    /// The content of a file that the job writes in its `work`, as soon as it is there.
    func note(_ name: String, of job: Job) async throws -> String {
        let path = job.folder + "/work/" + name
        for _ in 0..<3000 {
            if try files.exists(path) { return try files.text(path) }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw ContractTimeout()
    }

    /// What lives of a job: its session, and whatever carries its name.
    func processes(of job: Job) throws -> [Int32] {
        let leader = try Int32(files.text(job.folder + "/launched").split(separator: "\n").first ?? "") ?? 0
        let table = ProcessTable()
        return table.all()
            .filter { facts in
                !facts.isZombie
                    && (facts.session == leader || table.variable("REPRISE_JOB", of: facts.id) == "\(job.key)")
            }
            .map(\.id)
    }
}

extension ProcessResult {
    var line: String { String(text.prefix { $0 != "\n" }) }
}
