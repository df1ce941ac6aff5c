import Foundation
import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

/// Jobs of a real Slurm behind a real ssh: they are executed in other folders than those that are here.
final class SSHBench: FolderBench {
    let folders: BenchFolders
    /// There.
    let workspace: String
    /// Where every job notes that it has begun, outside of what is carried back.
    private let notes: String
    let settings: SlurmSettings

    init(_ settings: SlurmSettings = SlurmSettings()) throws {
        let temporary = FileManager.default.temporaryDirectory
        let mark = UUID().uuidString
        notes = temporary.appending(path: "reprise-notes-\(mark)").path
        workspace = temporary.appending(path: "reprise-workspace-\(mark)").path
        folders = BenchFolders("ssh", note: "echo x >> \(notes)/$REPRISE_RUN_ID")
        self.settings = settings
        try folders.files.makeFolder(notes)
    }

    deinit {
        try? folders.files.remove(notes)
        try? folders.files.remove(workspace)
    }

    func makeDispatcher() throws -> any Dispatcher { try makeSlurm() }

    func makeSlurm(
        _ settings: SlurmSettings? = nil,
        processes: any ProcessRunner = LiveProcessRunner(),
        node: String = TestEngine.loginNode,
        interval: Duration = .milliseconds(100)
    ) throws -> Slurm {
        let destination = try #require(SSHDestination(node))
        let runner = RemoteProcessRunner(
            SSHConnection(destination, processes: processes),
            landmark: "sbatch",
            local: processes
        )
        return Slurm(
            settings ?? self.settings,
            folder: path + "/slurm",
            interval: interval,
            login: SlurmLogin(runner: runner, workspace: workspace)
        )
    }

    func equip(_ job: Job) throws -> Job {
        var job = job
        job.parcel = JobParcel(runFolder: job.folder, files: ["run.sh"])
        return job
    }

    func executions(of job: Job) async throws -> Int {
        let path = "\(notes)/\(job.key.run)"
        guard try files.exists(path) else { return 0 }
        return try files.text(path).split(separator: "\n").count
    }

    /// Where the job is executed.
    func there(_ job: Job) -> String { "\(workspace)/\(RemotePlace.folder(of: job))" }
    func work(there job: Job) -> String { there(job) + "/work" }
}
