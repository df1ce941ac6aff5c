import Foundation
import RepriseDispatch
import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit

/// Real processes in a temporary folder, removed at the end.
final class LocalBench: DispatcherBench {
    let path = FileManager.default.temporaryDirectory.appending(path: "reprise-local-\(UUID().uuidString)").path
    let files = LiveFileSystem()

    deinit { try? files.remove(path) }

    func makeDispatcher() throws -> any Dispatcher { try LocalProcess(grace: .milliseconds(200)) }

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
        return Job(key: key, folder: folder, resources: resources)
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
}

enum JobCommands {
    /// Takes 80 MB and keeps it.
    static let hog = "x=$(head -c 80000000 /dev/zero | tr '\\0' x); sleep 300"
}
