import RepriseDispatch
@testable import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit
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
}
