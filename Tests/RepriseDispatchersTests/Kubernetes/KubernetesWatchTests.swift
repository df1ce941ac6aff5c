import RepriseDispatch
@testable import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@Suite struct `Watching pods` {
    /// A cluster that knows a Job and none of its pods; the job begins while it answers.
    private struct LateCluster: ProcessRunner {
        var files: LiveFileSystem
        var folder: String

        func run(_ invocation: Invocation) async throws -> ProcessResult {
            guard invocation.arguments.contains("jobs,pods") else { return ProcessResult(status: 0) }
            try files.write("x-1\n", to: folder + "/" + KubernetesJobFiles.claim)
            let answer = #"{"items":[{"kind":"Job","metadata":{"name":"x","uid":"1"},"status":{}}]}"#
            return ProcessResult(status: 0, output: Array(answer.utf8))
        }
    }

    @Test func `a job that begins while the cluster is asked has lost no pod`() async throws {
        let folders = BenchFolders("watch")
        let job = try folders.makeJob("true")
        let settings = KubernetesSettings(image: "x:1", volume: .init(claim: "c", path: folders.path))
        try KubernetesJobFiles(files: folders.files).write(.init(name: "x", uid: "1"), of: job)
        let watch = KubernetesWatch(
            KubernetesCommands(settings, processes: LateCluster(files: folders.files, folder: job.folder)),
            files: folders.files,
            wallClock: LiveWallClock(),
            interval: .zero
        )
        let first = try await watch.status(of: [job: JobHandle("x")], store: "s")
        #expect(first[job.key] == .running(since: nil), "the answer is older than the pod")
        let second = try await watch.status(of: [job: JobHandle("x")], store: "s")
        guard case .preempted? = second[job.key] else {
            Issue.record("by now the cluster would know it")
            return
        }
    }

    /// A cluster that answers when it is let.
    private final class FitfulCluster: ProcessRunner {
        let isUp = Mutex(true)
        let questions = Counter()

        func run(_ invocation: Invocation) async throws -> ProcessResult {
            questions.add()
            guard isUp.withLock({ $0 }) else {
                return ProcessResult(status: 1, errors: Array("The connection to the server x was refused".utf8))
            }
            return ProcessResult(status: 0, output: Array(#"{"items":[]}"#.utf8))
        }
    }

    @Test func `a cluster that has not answered is away until it does, however often one looks meanwhile`() async throws
    {
        let folders = BenchFolders("watch")
        let job = try folders.makeJob("true")
        let settings = KubernetesSettings(image: "x:1", volume: .init(claim: "c", path: folders.path))
        try KubernetesJobFiles(files: folders.files).write(.init(name: "x", uid: "1"), of: job)
        let cluster = FitfulCluster()
        cluster.isUp.withLock { $0 = false }
        let watch = KubernetesWatch(
            KubernetesCommands(settings, processes: cluster),
            files: folders.files,
            wallClock: LiveWallClock(),
            interval: .seconds(3600)
        )
        for _ in 0..<3 {
            let error = await #expect(throws: (any Error).self) {
                try await watch.status(of: [job: JobHandle("x")], store: "s")
            }
            #expect((error as? any EngineAway)?.isAway == true)
        }
        #expect(cluster.questions.count < 3)
    }

    @Test func `a cluster that answers again is away no more`() async throws {
        let folders = BenchFolders("watch")
        let job = try folders.makeJob("true")
        let settings = KubernetesSettings(image: "x:1", volume: .init(claim: "c", path: folders.path))
        try KubernetesJobFiles(files: folders.files).write(.init(name: "x", uid: "1"), of: job)
        let cluster = FitfulCluster()
        let watch = KubernetesWatch(
            KubernetesCommands(settings, processes: cluster),
            files: folders.files,
            wallClock: LiveWallClock(),
            interval: .zero
        )
        for isUp in [false, true, false, true] {
            cluster.isUp.withLock { $0 = isUp }
            do {
                _ = try await watch.status(of: [job: JobHandle("x")], store: "s")
                #expect(isUp)
            } catch { #expect(!isUp) }
        }
    }
}
