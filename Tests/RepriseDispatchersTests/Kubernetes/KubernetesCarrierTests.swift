import RepriseDispatch
@testable import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@Suite struct `Bringing back from pods` {
    /// Answers how a pod stands, and refuses every `kubectl exec` with some words.
    private final class Cluster: ProcessRunner {
        let words: String
        let containers: String
        let executions = Counter()

        init(refusing words: String = "", containers: String = "") {
            self.words = words
            self.containers = containers
        }

        func run(_ invocation: Invocation) async throws -> ProcessResult {
            if invocation.arguments.contains("exec") {
                executions.add()
                // What a shell does before anything else.
                try LiveFileSystem().write([UInt8](), to: invocation.arguments[2])
                return ProcessResult(status: 1, errors: Array(words.utf8))
            }
            guard invocation.arguments.contains("jobs,pods") else { return ProcessResult(status: 0) }
            let items = """
                {"kind":"Job","metadata":{"name":"x","uid":"1"},"status":{}},
                {"kind":"Pod","metadata":{"name":"x-1","labels":{"job-name":"x"}},
                 "status":{"phase":"Running","containerStatuses":[\(containers)]}}
                """
            return ProcessResult(status: 0, output: Array(#"{"items":[\#(items)]}"#.utf8))
        }
    }

    private let folders = BenchFolders("bringing-back")

    private func makeCarrier(_ cluster: Cluster) -> KubernetesCarrier {
        KubernetesCarrier(
            KubernetesCommands(KubernetesSettings(image: "x:1"), processes: cluster),
            files: folders.files,
            bell: KubernetesBell(),
            pause: { _ in .zero }
        )
    }

    @Test(arguments: [
        "The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?",
        "Error from server: error dialing backend: remote error: tls: internal error",
        "error: You must be logged in to the server (Unauthorized)",
        #"Error from server (Forbidden): pods "x-1" is forbidden: User "me" cannot create resource "pods/exec""#,
    ])
    func `a cluster that is away uses up no tries`(_ words: String) async throws {
        let cluster = Cluster(refusing: words)
        let carrier = makeCarrier(cluster)
        let job = try folders.makeJob("true")
        try await eventually("it has tried often") {
            let progress = await carrier.fetch(job, in: "x-1", isOver: true)
            #expect(progress == .underWay)
            return cluster.executions.count > 9 || progress != .underWay
        }
    }

    @Test func `a pod that cannot give it is tried a few times`() async throws {
        let cluster = Cluster(refusing: #"Error from server (NotFound): pods "x-1" not found"#)
        let carrier = makeCarrier(cluster)
        let job = try folders.makeJob("true")
        try await eventually("it gives up") {
            if case .failed = await carrier.fetch(job, in: "x-1", isOver: true) { true } else { false }
        }
        #expect(cluster.executions.count == 6)
    }

    @Test func `nothing is fetched from a cluster that has not answered`() async throws {
        let cluster = Cluster(refusing: "x")
        let carrier = makeCarrier(cluster)
        let job = try folders.makeJob("true")
        for _ in 0..<9 { #expect(await carrier.fetch(job, in: "x-1", isOver: true, mayBegin: false) == .underWay) }
        // What was begun then would have been executed by the end of that.
        let other = try folders.makeJob("true")
        try await eventually("another one is given up") {
            if case .failed = await carrier.fetch(other, in: "x-2", isOver: true) { true } else { false }
        }
        #expect(cluster.executions.count == 6)
    }

    private func status(_ containers: String, keep: Int64 = 3_600_000) async throws -> JobStatus? {
        let job = try folders.makeJob("true")
        let files = folders.files
        try KubernetesJobFiles(files: files).write(.init(name: "x", uid: "1"), of: job)
        let cluster = Cluster(refusing: "x", containers: containers)
        let commands = KubernetesCommands(KubernetesSettings(image: "x:1", keep: keep), processes: cluster)
        let watch = KubernetesWatch(commands, files: files, wallClock: LiveWallClock(), interval: .zero)
        return try await watch.status(of: [job: JobHandle("x")], store: "s")[job.key]
    }

    @Test(arguments: [0, 3], ["ContainerCreating", "ErrImagePull", ""])
    func `a job that ends before anything keeps its files has not ended yet`(
        _ exit: Int,
        _ waiting: String
    ) async throws {
        let main = #"{"name":"main","state":{"terminated":{"exitCode":\#(exit),"reason":"Completed"}}}"#
        let keeper = #",{"name":"keeper","state":{"waiting":{"reason":"\#(waiting)","message":"no such image"}}}"#
        let containers = main + (waiting.isEmpty ? "" : keeper)
        #expect(try await status(containers) == .running(since: nil))
        guard case .lost(let reason)? = try await status(containers, keep: 0) else {
            Issue.record("it waits longer than the target's `keep`")
            return
        }
        #expect(reason.contains("the container that keeps it did not begin"))
        #expect(waiting.isEmpty || reason.hasSuffix(": no such image"))
    }

    @Test func `what ended well has begun, though nobody fetched anything`() throws {
        let job = try folders.makeJob("true")
        var evidence = KubernetesEvidence(job: job)
        evidence.row = KubernetesJob(name: "x", uid: "1")
        evidence.isCarried = true
        evidence.claim = "x-1"
        evidence.pods = [KubernetesPod(name: "x-1", job: "x", phase: "Succeeded")]
        evidence.pods[0].main = .terminated(.init(status: 0))
        #expect(KubernetesEnd.status(evidence, now: Timestamp(milliseconds: 0)) == nil)
        evidence.pods[0].main = .terminated(.init(status: 126))
        guard case .ended(_, "could not begin"?) = KubernetesEnd.status(evidence, now: Timestamp(milliseconds: 0))
        else {
            Issue.record("it has begun")
            return
        }
    }
}
