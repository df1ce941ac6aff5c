import RepriseDispatch
@testable import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@Suite struct `Stopping pods` {
    /// Has a running pod for some of its Jobs; notes how many `kubectl exec` there are at once.
    private final class Cluster: ProcessRunner {
        let running: [String]
        let refusal: String
        let requests = Mutex<[[String]]>([])
        private let executing = Mutex((now: 0, most: 0))

        init(running: [String], refusal: String = "") {
            self.running = running
            self.refusal = refusal
        }

        func run(_ invocation: Invocation) async throws -> ProcessResult {
            let words = Array(invocation.arguments.drop { $0 != "--request-timeout=30s" }.dropFirst())
            requests.withLock { $0.append(words) }
            if words.first == "exec" { return try await execute(words) }
            let pods = running.map {
                """
                {"kind":"Pod","metadata":{"name":"\($0)-1","labels":{"job-name":"\($0)"}},"spec":{"nodeName":"n"},
                 "status":{"phase":"Running","containerStatuses":[{"name":"main","state":{"running":{}}}]}}
                """
            }
            return ProcessResult(status: 0, output: Array(#"{"items":[\#(pods.joined(separator: ","))]}"#.utf8))
        }

        private func execute(_ words: [String]) async throws -> ProcessResult {
            executing.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            try await ContinuousClock().sleep(for: .milliseconds(20))
            executing.withLock { $0.now -= 1 }
            let isRefused = words[1] == "x0-1" && !refusal.isEmpty
            return ProcessResult(status: isRefused ? 1 : 0, errors: isRefused ? Array(refusal.utf8) : [])
        }

        var most: Int { executing.withLock { $0.most } }
        func all(_ verb: String) -> [[String]] { requests.withLock { $0.filter { $0.first == verb } } }
        var deleted: [[String]] { all("delete").map { $0.filter { $0.hasPrefix("job/") }.sorted() } }
    }

    private let folders = BenchFolders("stopping")

    /// Stops `count` jobs at the same time; tells which of them failed.
    private func stop(_ count: Int, on cluster: Cluster) async throws -> [Int] {
        let settings = KubernetesSettings(image: "x:1", volume: .init(claim: "c", path: folders.path))
        let kubernetes = Kubernetes(settings, folder: folders.path + "/kubernetes", processes: cluster)
        let jobs = try (0..<count).map { _ in try folders.makeJob("true") }
        return await withTaskGroup(of: Int?.self) { group in
            for (index, job) in jobs.enumerated() {
                group.addTask {
                    do { try await kubernetes.cancel(job, JobHandle("x\(index)"), grace: .zero) } catch { return index }
                    return nil
                }
            }
            return await group.reduce(into: []) { failed, index in failed += index.map { [$0] } ?? [] }
        }
    }

    @Test func `many jobs are stopped by few requests, those that run by a few at once`() async throws {
        let cluster = Cluster(running: (0..<20).map { "x\($0)" })
        #expect(try await stop(60, on: cluster) == [])
        // A slow machine may take some for later ones.
        #expect(cluster.all("get").count < 20)
        #expect(cluster.deleted.count < 20)
        #expect(Set(cluster.deleted.joined()) == Set((20..<60).map { "job/x\($0)" }))
        #expect(Set(cluster.all("exec").map { $0[1] }) == Set((0..<20).map { "x\($0)-1" }))
    }

    @Test func `no more than a few are told at once`() async throws {
        let cluster = Cluster(running: (0..<20).map { "x\($0)" })
        let watch = KubernetesWatch(
            KubernetesCommands(KubernetesSettings(image: "x:1"), processes: cluster),
            files: folders.files,
            wallClock: LiveWallClock(),
            interval: .zero
        )
        let requests = try (0..<20)
            .map {
                KubernetesStopping.Request(
                    job: try folders.makeJob("true"),
                    handle: JobHandle("x\($0)"),
                    grace: .zero,
                    watch: watch
                )
            }
        let stopping = KubernetesStopping()
        #expect(await stopping.end(requests, try await watch.commands.state(of: "s"), watch.commands).isEmpty)
        #expect(cluster.all("exec").count == 20)
        #expect((1...6).contains(cluster.most))
    }

    @Test func `one that cannot be told is taken away, or asked again, and the others know nothing of it`() async throws
    {
        let running = ["x0", "x1"]
        let deaf = Cluster(running: running, refusal: "error: unable to upgrade connection: container not found")
        #expect(try await stop(2, on: deaf) == [])
        #expect(deaf.deleted == [["job/x0"]])
        let away = Cluster(running: running, refusal: "Error from server: error dialing backend: EOF")
        #expect(try await stop(2, on: away) == [0])
        #expect(away.deleted == [])
    }
}
