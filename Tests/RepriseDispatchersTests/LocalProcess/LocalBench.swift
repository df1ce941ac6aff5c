import RepriseDispatch
import RepriseDispatchers
import RepriseTestKit

/// Real processes in a temporary folder, removed at the end.
final class LocalBench: FolderBench {
    let folders = BenchFolders("local")

    func makeDispatcher() throws -> any Dispatcher { try LocalProcess(grace: { .milliseconds(200) }) }

    func killLeader(_ handle: JobHandle) -> Bool { killProcess(handle) }
}
