import Foundation
import RepriseDispatch
import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit

/// Jobs of a real Slurm in a temporary folder, removed at the end.
final class SlurmBench: DispatcherBench {
    let path = FileManager.default.temporaryDirectory.appending(path: "reprise-slurm-\(UUID().uuidString)").path
    let files = LiveFileSystem()
    let settings: SlurmSettings

    init(_ settings: SlurmSettings = SlurmSettings()) { self.settings = settings }

    deinit { try? files.remove(path) }

    func makeDispatcher() throws -> any Dispatcher { makeSlurm() }

    func makeSlurm(
        _ settings: SlurmSettings? = nil,
        processes: any ProcessRunner = LiveProcessRunner(),
        variables: [String: String] = inheritedVariables()
    ) -> Slurm {
        Slurm(
            settings ?? self.settings,
            folder: path + "/slurm",
            processes: processes,
            variables: variables,
            interval: .milliseconds(100)
        )
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

    /// Returns when the job's command has begun.
    func begun(_ job: Job) async throws {
        for _ in 0..<3000 where try executions(of: job) == 0 { try await Task.sleep(for: .milliseconds(10)) }
    }
}

/// Calls `before` for every program, which may throw, and counts them.
final class CountingRunner: ProcessRunner, Sendable {
    private let live = LiveProcessRunner()
    private let after: @Sendable (Invocation) throws -> Void

    /// `after` runs when a program has ended; what it throws takes the place of the answer.
    init(after: @escaping @Sendable (Invocation) throws -> Void) { self.after = after }

    func run(_ invocation: Invocation) async throws -> ProcessResult {
        let result = try await live.run(invocation)
        try after(invocation)
        return result
    }
}
