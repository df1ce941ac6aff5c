import Foundation
import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Folders of jobs as a store would make them, each with the `run.sh` of one shell command, below a temporary folder that
/// is removed at the end.
package final class BenchFolders: Sendable {
    package let path: String
    package let files = LiveFileSystem()
    /// Shell words by which a job of the contract notes that its command has begun: one line in the run's folder, where
    /// the job sees it.
    package let note: String

    /// `below` is where the folder is made, for engines that share one of their own with this machine.
    package init(
        _ name: String,
        note: String = "echo x >> ../executions",
        below: String = FileManager.default.temporaryDirectory.path
    ) {
        var generator = EntropyGenerator(LiveEntropy())
        let mark = RunID(using: &generator)
        path = URL(filePath: below).appending(path: "reprise-\(name)-\(mark)").path
        self.note = note
    }

    deinit { try? files.remove(path) }

    package func makeJob(_ key: JobKey, _ behaviour: JobBehaviour) throws -> Job {
        try makeJob(command(behaviour), key: key, resources: resources(behaviour))
    }

    /// A run of its own, unless `key` names one.
    package func makeJob(_ command: String, key: JobKey? = nil, resources: Resources = Resources()) throws -> Job {
        var generator = EntropyGenerator(LiveEntropy())
        let key = key ?? JobKey(run: RunID(using: &generator))
        let folder = "\(path)/\(key.run)"
        try files.makeFolder(folder + "/work")
        let request = RunRequest.sample(command, run: key.run)
        let input = RunScriptInput(request: request, step: request.steps[0], key: key)
        try files.write(RunScript.text(input), to: folder + "/run.sh")
        return Job(key: key, folder: folder, resources: resources)
    }

    private func command(_ behaviour: JobBehaviour) -> String {
        switch behaviour {
        case .exits(let status): "\(note); exit \(status)"
        case .killsItself(let signal): "\(note); kill -\(signal) $$"
        case .runs, .exceedsTime: "\(note); sleep 300"
        case .ignoresTermination: "trap '' TERM; \(note); sleep 300; sleep 300"
        case .exitsLate(let status): "\(note); sleep 1; exit \(status)"
        case .exceedsMemory: "\(note); \(Self.hog)"
        }
    }

    private func resources(_ behaviour: JobBehaviour) -> Resources {
        switch behaviour {
        case .exceedsMemory: Resources(memory: 32 << 20)
        case .exceedsTime: Resources(time: 300)
        default: Resources()
        }
    }

    /// Takes 80 MB and keeps it. The kernel is told whom to end for that: while one is dying it might pick the script.
    private static let hog =
        "echo 500 > /proc/self/oom_score_adj; x=$(head -c 80000000 /dev/zero | tr '\\0' x); sleep 300"
}

/// An engine to try the contract on with real folders, which lie where the job sees them, or are carried there.
package protocol FolderBench: DispatcherBench {
    var folders: BenchFolders { get }
    /// What this engine needs of a job besides its folder, such as its container.
    func equip(_ job: Job) throws -> Job
}

extension FolderBench {
    package var path: String { folders.path }
    package var files: LiveFileSystem { folders.files }

    package func equip(_ job: Job) throws -> Job { job }

    package func makeJob(_ key: JobKey, _ behaviour: JobBehaviour) throws -> Job {
        try equip(folders.makeJob(key, behaviour))
    }

    package func makeJob(_ command: String, key: JobKey? = nil, resources: Resources = Resources()) throws -> Job {
        try equip(folders.makeJob(command, key: key, resources: resources))
    }

    /// By the file that `BenchFolders.note` writes, where the job sees the folder itself.
    package func executions(of job: Job) async throws -> Int {
        guard try files.exists(job.folder + "/executions") else { return 0 }
        return try files.text(job.folder + "/executions").split(separator: "\n").count
    }

    package func output(of job: Job) throws -> String { try files.text(job.folder + "/stdout.log") }

    /// The content of a file that the job writes in its `work`, as soon as it is there.
    package func note(_ name: String, of job: Job) async throws -> String {
        let path = job.work + "/" + name
        return try await eventually("job \(job.key) writes \(path)") {
            try files.exists(path) ? try files.text(path) : nil
        }
    }

    /// Returns when the job's command has begun.
    package func begun(_ job: Job) async throws {
        try await eventually("the command of job \(job.key) begins") { try await executions(of: job) > 0 }
    }
}

extension Job {
    /// What `run.sh` executes the command in, where the job is a whole run.
    package var work: String { folder + "/work" }
}

extension FolderBench {
    /// Where the handle is the id of a process of this machine that leads the job.
    package func killProcess(_ handle: JobHandle) -> Bool {
        Int32(handle.description).map { ProcessTable().send(ProcessSignal.kill, to: $0) } ?? false
    }
}
