import Foundation
import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSite
import RepriseSystem
import RepriseTestKit

@testable import RepriseDispatchers

/// Jobs in containers of one real engine, below a temporary folder, removed at the end.
final class ContainerBench: FolderBench {
    let kind: EngineKind
    let folders = BenchFolders("container")

    init(_ kind: EngineKind) { self.kind = kind }

    var source: EngineSource {
        let search = EngineSearch(
            files: files,
            processes: LiveProcessRunner(),
            variables: Surroundings.variables,
            cache: path + "/engines.json",
            user: ProcessOwner.current.user
        )
        return { [kind] in
            let engine = try search.engine(kind)
            return (engine, try await search.facts(of: engine))
        }
    }

    func makeDispatcher() throws -> any Dispatcher {
        let parts = DispatcherParts(
            target: TargetSettings(name: "test", kind: kind == .apptainer ? .apptainer : .container),
            grace: { .milliseconds(200) },
            engine: source
        )
        return try DispatcherList.make(parts)
    }

    func equip(_ job: Job) -> Job {
        var job = job
        job.container = JobContainer(
            image: TestEngine.image,
            network: .none,
            mounts: [JobContainer.Mount(path: job.folder, source: job.folder, isReadOnly: false)]
        )
        return job
    }

    func killLeader(_ handle: JobHandle) -> Bool { killProcess(handle) }

    func leftovers(of job: Job) async throws -> [String] {
        let filter = "name=" + ContainerArguments.name(of: job.key)
        let result = try await LiveProcessRunner()
            .succeed(Invocation(kind.rawValue, ["ps", "--all", "--filter", filter, "--format", "{{.Names}}"]))
        return result.text.split(separator: "\n").map(String.init)
    }

    /// Executes a job to its end and hands back how it ended.
    func execute(_ job: Job) async throws -> (record: ExitRecord?, reason: String?) {
        let dispatcher = try makeDispatcher()
        let handle = try await dispatcher.submit(job)
        switch try await dispatcher.untilEnded(job, handle) {
        case .ended(let record, let reason): return (record, reason)
        case .lost(let reason): return (nil, reason)
        default: return (nil, nil)
        }
    }
}
