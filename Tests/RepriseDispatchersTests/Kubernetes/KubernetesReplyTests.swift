import Foundation
import RepriseDispatch
@testable import RepriseDispatchers
import RepriseModel
import Testing

@Suite struct `Replies of kubectl` {
    private let job = RunID("0123456789abcdef0123456789abcdef")
        .map { Job(key: JobKey(run: $0), folder: "/runs/1", resources: Resources(memory: 32 << 20)) }
    private let now = Timestamp(milliseconds: 5_000_000)

    private func state(testFile: String = #filePath) throws -> KubernetesState {
        let golden = URL(filePath: testFile).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Golden/kubernetes-state.json")
        return try KubernetesReply.state(Array(try Data(contentsOf: golden)))
    }

    @Test func `jobs and pods`() throws {
        let state = try state()
        #expect(state.jobs["t1"]?.failure == "BackoffLimitExceeded")
        #expect(state.jobs["t3"]?.failure == nil && state.pods["t3"] == nil)
        #expect(state.pods["t1"]?.first?.termination?.status == 3)
        #expect(state.pods["t1"]?.first?.isOver == true)
        #expect(state.pods["t5"]?.first?.unschedulable == "0/1 nodes are available: 1 Insufficient cpu.")
    }

    @Test func `what keeps pods from beginning`() throws {
        let state = try state()
        func obstacle(_ name: String, _ largest: KubernetesCapacity? = nil) -> KubernetesObstacle? {
            KubernetesObstacle.facing(
                state.pods[name]?.last,
                image: "x:1",
                messages: [],
                largest: largest,
                Resources(cpus: 64),
                KubernetesSettings()
            )
        }
        #expect(obstacle("t1") == nil)
        #expect(obstacle("t4")?.words.hasPrefix("cannot pull the image `x:1`: ") == true)
        #expect(obstacle("t5")?.patience == nil)
        let small = KubernetesCapacity(processors: 2000)
        #expect(obstacle("t5", small)?.words.hasPrefix("asks for more than any node has (64 processors; ") == true)
        #expect(obstacle("t7")?.words == "its container cannot be made: secret \"nope\" not found")
    }

    @Test func `a quota that one job exceeds, and one that others have used up`() {
        let head = #"Error creating: pods "x-1" is forbidden: exceeded quota: q, requested: limits.memory=4Gi,pods=1, "#
        func obstacle(_ used: String, _ limited: String) -> KubernetesObstacle? {
            let message = head + "used: limits.memory=\(used),pods=0, limited: limits.memory=\(limited),pods=10"
            return KubernetesObstacle.facing(
                nil,
                image: nil,
                messages: [message],
                largest: nil,
                Resources(),
                KubernetesSettings()
            )
        }
        #expect(obstacle("0", "1Gi")?.words.hasPrefix("asks for more than the quota has: exceeded quota: q, ") == true)
        #expect(obstacle("5Gi", "8Gi")?.patience == nil)
    }

    @Test func `what cannot be mounted is told, and waited for only as long as it may come`() {
        var pod = KubernetesPod(name: "x-1", job: "x", phase: "Pending")
        pod.main = .waiting(reason: "ContainerCreating", message: nil)
        func obstacle(_ messages: String...) -> KubernetesObstacle? {
            .facing(pod, image: "a:1", messages: messages, largest: nil, Resources(), KubernetesSettings())
        }
        #expect(obstacle() == nil)
        let missing = obstacle(#"MountVolume.SetUp failed for volume "cargo" : configmap "reprise-x-0" not found"#)
        #expect(
            missing?.words
                == #"its pod waits for a volume: MountVolume.SetUp failed for volume "cargo" : configmap "reprise-x-0" not found"#
        )
        #expect(missing?.patience == .seconds(60))
        #expect(obstacle("MountVolume.SetUp failed: mount failed: exit status 32")?.patience == .seconds(600))
    }

    @Test func `how pods end`() throws {
        let job = try #require(job)
        var evidence = KubernetesEvidence(job: job)
        evidence.row = KubernetesJob(name: "x", uid: "1")
        var pod = KubernetesPod(name: "x-1", job: "x", phase: "Failed")
        pod.main = .terminated(.init(status: 137, signal: nil, reason: "OOMKilled"))
        evidence.pods = [pod]
        evidence.claim = "x-1"
        #expect(
            KubernetesEnd.status(evidence, now: now)
                == .ended(
                    ExitRecord(signal: 9, endedAt: now, outOfMemory: true),
                    reason: "out of memory (memory limit of 32 MiB)"
                )
        )
        pod.main = .terminated(.init(status: 143))
        pod.deleted = now
        evidence.pods = [pod]
        #expect(KubernetesEnd.status(evidence, now: now) == .preempted(reason: "its pod `x-1` was deleted"))
        evidence.row?.failure = "DeadlineExceeded"
        #expect(
            KubernetesEnd.status(evidence, now: now)
                == .ended(ExitRecord(signal: 15, endedAt: now), reason: "the cluster's own deadline")
        )
        evidence.row?.failure = nil
        evidence.row?.deleted = now
        #expect(KubernetesEnd.status(evidence, now: now) == nil)
        evidence.row = nil
        evidence.record = ExitRecord(signal: 15)
        #expect(
            KubernetesEnd.status(evidence, now: now)
                == .ended(ExitRecord(signal: 15), reason: "deleted from the cluster")
        )
        pod.deleted = nil
        pod.reason = "Evicted"
        pod.message = "The node was low on resource: memory."
        evidence.record = nil
        evidence.pods = [pod]
        let evicted = JobStatus.preempted(reason: "evicted: The node was low on resource: memory.")
        #expect(KubernetesEnd.status(evidence, now: now) == evicted)
        evidence.pods[0].reason = "NodeShutdown"
        evidence.pods[0].node = "n1"
        evidence.pods[0].message = "Pod was terminated in response to imminent node shutdown."
        let shutDown = "NodeShutdown on `n1`: Pod was terminated in response to imminent node shutdown."
        #expect(KubernetesEnd.status(evidence, now: now) == .preempted(reason: shutDown))
        pod.message = "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. "
        evidence.pods = [pod]
        guard case .ended(_, let reason) = KubernetesEnd.status(evidence, now: now) else {
            Issue.record("its own mistake is not its end")
            return
        }
        #expect(reason?.hasPrefix("evicted: Pod ephemeral") == true)
    }

    @Test func `a pod in the place of the one that began`() throws {
        var evidence = KubernetesEvidence(job: try #require(job))
        evidence.row = KubernetesJob(name: "x", uid: "1")
        evidence.claim = "x-1"
        evidence.pods = [KubernetesPod(name: "x-2", job: "x", phase: "Running", main: .running(since: nil))]
        #expect(KubernetesEnd.status(evidence, now: now) == .preempted(reason: "its pod `x-1` is gone"))
    }

    @Test(arguments: [
        ("Error in configuration: context was not found for specified context: nope", "kubernetes-no-context"),
        ("context \"guest\" does not exist", "kubernetes-no-context"),
        (
            "Error from server (NotFound): error when creating \"STDIN\": namespaces \"nope\" not found",
            "kubernetes-no-namespace"
        ),
        (
            """
            Error from server (Forbidden): error when creating "STDIN": jobs.batch is forbidden: User "guest" cannot \
            create resource "jobs" in API group "batch" in the namespace "lab"
            """, "kubernetes-not-permitted"
        ),
        (
            """
            Error from server (Forbidden): error when creating "STDIN": jobs.batch "x" is forbidden: exceeded quota: q, \
            requested: count/jobs.batch=1, used: count/jobs.batch=2, limited: count/jobs.batch=2
            """, "kubernetes-quota"
        ),
        (
            "The connection to the server 127.0.0.1:16440 was refused - did you specify the right host or port?",
            "kubernetes-down"
        ),
        (
            "The connection to the server localhost:8080 was refused - did you specify the right host or port?",
            "kubernetes-no-configuration"
        ),
        ("You must be logged in to the server (Unauthorized)", "kubernetes-unauthorized"),
        ("Error from server (NotFound): serviceaccounts \"nobody\" not found", "kubernetes-no-account"),
        ("Error from server (NotFound): persistentvolumeclaims \"lab\" not found", "kubernetes-no-claim"),
    ])
    func `refusals`(_ words: String, _ code: String) {
        let error = KubernetesError.refusal(words, command: "create", KubernetesSettings(context: "nope"))
        #expect(error.code == code, "\(error)")
    }

    @Test func `what a user may do`() {
        let text = """
            configmaps   []   []   [create get list delete]
            selfsubjectrulesreviews.authorization.k8s.io   []   []   [create]
            jobs.batch   []   []   [create get list]
                         [/api/*]   []   [get]
            secrets   []   [one]   [*]
            """
        let rules = KubernetesReply.rules(text)
        for action in ["create jobs.batch", "delete configmaps"] {
            #expect(rules.contains { $0.allows(action) }, "\(action)")
        }
        for action in ["delete jobs.batch", "get pods", "create pods/exec", "create secrets"] {
            #expect(!rules.contains { $0.allows(action) }, "\(action)")
        }
        #expect(KubernetesReply.rules("*.*   []   []   [*]").first?.allows("create pods/exec") == true)
    }

    @Test func `pieces of what a job writes`() {
        let text = "stdout.log 6\nab\nc\n\nstarted 3\n1 2end 0\nmetrics.jsonl 99\nx"
        let pieces = KubernetesStagedScript.pieces(Array(text.utf8))
        #expect(pieces.map(\.name) == ["stdout.log", "started", KubernetesStagedScript.end])
        #expect(pieces.map { String(decoding: $0.content, as: UTF8.self) } == ["ab\nc\n\n", "1 2", ""])
    }
}
