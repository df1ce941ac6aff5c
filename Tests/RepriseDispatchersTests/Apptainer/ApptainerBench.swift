import Foundation
import RepriseDispatch
import RepriseDispatchers
import RepriseImages
import RepriseModel
import RepriseSite
import RepriseSystem
import RepriseTestKit

/// Real containers of Apptainer, their images and jobs in a temporary folder that is removed at the end.
final class ApptainerBench: FolderBench {
    let folders = BenchFolders("sif")
    let image: String
    let facts: EngineFacts
    private let engine: RepriseImages.Apptainer

    init() async throws {
        engine = RepriseImages.Apptainer(
            program: try await LiveProcessRunner().succeed(Invocation("sh", ["-c", "command -v apptainer"])).line,
            files: LiveFileSystem(),
            processes: LiveProcessRunner(),
            folder: folders.path + "/images",
            user: Int(getuid())
        )
        facts = try await engine.facts()
        image = try await engine.load(TestEngine.imageFolder + "/busybox.tar").name
    }

    func makeDispatcher() throws -> any Dispatcher {
        let (engine, facts) = (engine, facts)
        let parts = DispatcherParts(
            target: TargetSettings(name: "test", kind: .apptainer),
            variables: inheritedVariables().merging(["APPTAINER_BIND": "/etc", "APPTAINERENV_LEAK": "leaked"]) { $1 },
            grace: { .milliseconds(200) },
            engine: { (engine, facts) }
        )
        return try DispatcherList.make(parts)
    }

    func killLeader(_ handle: JobHandle) -> Bool { killProcess(handle) }

    func equip(_ job: Job) -> Job {
        var job = job
        let mount = JobContainer.Mount(path: job.folder, source: job.folder, isReadOnly: false)
        job.container = JobContainer(image: image, mounts: [mount])
        return job
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
