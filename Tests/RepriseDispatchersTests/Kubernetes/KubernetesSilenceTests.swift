import RepriseDispatch
@testable import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@Suite struct `Nodes that are gone` {
    /// A pod that is to end, and whose node does nothing about it.
    private final class Cluster: ProcessRunner {
        let deleted = Mutex<[String]>([])
        let isToEnd = Mutex(true)

        func run(_ invocation: Invocation) async throws -> ProcessResult {
            let words = invocation.arguments
            if words.contains("exec") {
                let refusal = "Error from server: error dialing backend: dial tcp: lookup node-7: i/o timeout"
                return ProcessResult(status: 1, errors: Array(refusal.utf8))
            }
            if words.contains("delete") {
                deleted.withLock { $0 += words.filter { $0.hasPrefix("job/") } }
                return ProcessResult(status: 0)
            }
            guard words.contains("jobs,pods") else { return ProcessResult(status: 0) }
            let job = #"{"kind":"Job","metadata":{"name":"x","uid":"1"},"status":{}},"#
            let end = #","deletionTimestamp":"2026-01-01T00:00:00Z","deletionGracePeriodSeconds":0"#
            let pod = """
                {"kind":"Pod","metadata":{"name":"x-1","labels":{"job-name":"x"}\(isToEnd.withLock { $0 } ? end : "")},
                 "spec":{"nodeName":"n7"},"status":{"phase":"Running","containerStatuses":[
                 {"name":"main","state":{"running":{}}},{"name":"keeper","state":{"running":{}}}]}}
                """
            let rows = deleted.withLock { $0.isEmpty } ? job : ""
            return ProcessResult(status: 0, output: Array(#"{"items":[\#(rows)\#(pod)]}"#.utf8))
        }
    }

    private let folders = BenchFolders("silence")

    private func makeJob() throws -> Job {
        let job = try folders.makeJob("true")
        let notes = KubernetesJobFiles(files: folders.files)
        try notes.write(.init(name: "x", uid: "1"), of: job)
        try notes.write(claim: "x-1", of: job)
        return job
    }

    private func settings(_ carries: Bool) -> KubernetesSettings {
        KubernetesSettings(image: "x:1", volume: carries ? nil : .init(claim: "c", path: folders.path))
    }

    @Test(arguments: [false, true])
    func `a job whose pod does not end in its time, and a minute, is preempted`(_ carries: Bool) async throws {
        let cluster = Cluster()
        let job = try makeJob()
        func makeWatch(_ silence: Duration) -> KubernetesWatch {
            KubernetesWatch(
                KubernetesCommands(settings(carries), processes: cluster),
                files: folders.files,
                wallClock: LiveWallClock(),
                interval: .zero,
                silence: silence
            )
        }
        func status(_ watch: KubernetesWatch) async throws -> JobStatus? {
            try await watch.status(of: [job: JobHandle("x")], store: "s")[job.key]
        }
        let patient = makeWatch(.seconds(3600))
        for _ in 0..<3 { #expect(try await status(patient) == .running(since: nil)) }
        cluster.isToEnd.withLock { $0 = false }
        #expect(try await status(makeWatch(.zero)) == .running(since: nil))
        cluster.isToEnd.withLock { $0 = true }
        #expect(try await status(makeWatch(.zero)) == .preempted(reason: "its node `n7` does not answer"))
    }

    @Test func `the time that a pod has is the pod's own`() {
        var pod = KubernetesPod(name: "x-1", job: "x", phase: "Running")
        pod.grace = 600
        let now = ContinuousClock.now
        #expect(!pod.isSilent(since: now, asked: now + .seconds(3600), after: .seconds(60)), "nobody wants its end")
        pod.deleted = Timestamp(milliseconds: 1)
        #expect(!pod.isSilent(since: now, asked: now + .seconds(659), after: .seconds(60)))
        #expect(pod.isSilent(since: now, asked: now + .seconds(660), after: .seconds(60)))
        pod.phase = "Failed"
        #expect(!pod.isSilent(since: now, asked: now + .seconds(3600), after: .seconds(60)))
    }

    @Test func `a stop of it succeeds, and of one that nobody has taken away yet is asked again`() async throws {
        let cluster = Cluster()
        let job = try makeJob()
        let kubernetes = Kubernetes(settings(false), folder: folders.path + "/kubernetes", processes: cluster)
        cluster.isToEnd.withLock { $0 = false }
        await #expect(throws: KubernetesError.self) { try await kubernetes.cancel(job, JobHandle("x"), grace: .zero) }
        #expect(cluster.deleted.withLock { $0 } == [])
        cluster.isToEnd.withLock { $0 = true }
        try await kubernetes.cancel(job, JobHandle("x"), grace: .zero)
        #expect(cluster.deleted.withLock { $0 } == ["job/x"])
    }

    @Test func `what a job on such a node says of itself is its end`() throws {
        var evidence = KubernetesEvidence(job: try makeJob())
        evidence.claim = "x-1"
        evidence.row = KubernetesJob(name: "x", uid: "1")
        evidence.pods = [KubernetesPod(name: "x-1", job: "x", phase: "Running", main: .running(since: nil))]
        evidence.isSilent = true
        let now = Timestamp(milliseconds: 5)
        evidence.record = ExitRecord(status: 3)
        #expect(KubernetesEnd.status(evidence, now: now) == .ended(ExitRecord(status: 3), reason: nil))
        evidence.record = ExitRecord(signal: 15)
        guard case .preempted = KubernetesEnd.status(evidence, now: now) else {
            Issue.record("its node has ended it")
            return
        }
        evidence.row = nil
        evidence.record = nil
        let deleted = ExitRecord(signal: 15, endedAt: now)
        #expect(KubernetesEnd.status(evidence, now: now) == .ended(deleted, reason: "deleted from the cluster"))
    }
}
