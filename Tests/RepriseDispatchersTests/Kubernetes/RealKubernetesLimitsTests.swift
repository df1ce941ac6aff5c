import Foundation
import RepriseDispatch
@testable import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

/// Namespaces that root makes for a while, with limits and quotas.
@Suite(
    .enabled(if: TestEngine.kubernetes.isUp, TestEngine.kubernetes.absence),
    .enabled(if: ProcessOwner.current.user == 0, "only root may make namespaces of the test's cluster")
)
struct `Real Kubernetes namespaces with limits` {
    private static let limits = """
        apiVersion: v1
        kind: LimitRange
        metadata: {name: limits}
        spec: {limits: [{type: Container, min: {cpu: 100m}, max: {memory: 200Mi}, maxLimitRequestRatio: {cpu: "4"}}]}
        """
    private static let quota = """
        apiVersion: v1
        kind: ResourceQuota
        metadata: {name: quota}
        spec: {hard: {limits.memory: 300Mi}}
        """

    /// A namespace with the objects, for as long as `body` takes.
    private func within(
        _ objects: String,
        _ body: (KubernetesBench, KubernetesCommands) async throws -> Void
    ) async throws {
        let name = "reprise-limits-\(UInt32.random(in: 0 ... .max))"
        let bench = KubernetesBench(carries: true) { $0.namespace = name }
        _ = try await bench.kubectl(["create", "namespace", name])
        do {
            _ = try await bench.kubectl(["create", "--namespace=\(name)", "--filename=-"], input: objects)
            // Only then does it take pods.
            try await eventually("the namespace has its account", every: .milliseconds(100)) {
                try await !bench.kubectl(["get", "serviceaccounts", "--namespace=\(name)", "--output=name"]).isEmpty
            }
            try await body(bench, KubernetesCommands(bench.settings, processes: LiveProcessRunner()))
        } catch {
            _ = try? await bench.kubectl(["delete", "namespace", name, "--wait=false"])
            throw error
        }
        _ = try await bench.kubectl(["delete", "namespace", name, "--wait=false"])
    }

    @Test func `the container that keeps a job's files is within them`() async throws {
        try await within(Self.limits) { bench, _ in
            let kubernetes = bench.makeKubernetes()
            let job = try bench.makeJob("exit 3", resources: Resources(cpus: 1, memory: 64 << 20))
            let handle = try await kubernetes.submit(job)
            guard case .ended(let record, let reason) = try await kubernetes.untilEnded(job, handle) else {
                Issue.record("it has not ended")
                return
            }
            #expect(record.status == 3 && reason == nil, "\(record) \(reason ?? "")")
        }
    }

    @Test func `what no run may ask for there is known beforehand`() async throws {
        try await within(Self.limits) { _, commands in
            #expect(await commands.refusal(of: [Resources(cpus: 1, memory: 64 << 20)], target: "pods") == nil)
            let refusal = await commands.refusal(of: [Resources(cpus: 1, memory: 1 << 30)], target: "pods")
            #expect(
                refusal?.why?.hasPrefix("maximum memory usage per Container is 200Mi") == true,
                "\(refusal?.why ?? "")"
            )
        }
        try await within(Self.quota) { _, commands in
            #expect(await commands.refusal(of: [Resources(cpus: 1, memory: 64 << 20)], target: "pods") == nil)
            let unsaid = await commands.refusal(of: [Resources(cpus: 1)], target: "pods")
            #expect(unsaid?.why?.contains("must specify limits.memory") == true, "\(unsaid?.why ?? "")")
            let tooMuch = await commands.refusal(of: [Resources(memory: 1 << 30)], target: "pods")
            #expect(tooMuch?.what.contains("the quota of target `pods`") == true, "\(tooMuch?.why ?? "")")
        }
    }

    @Test func `what no node has is known beforehand, where the cluster makes no nodes on demand`() async throws {
        var settings = KubernetesSettings(image: TestEngine.image)
        func refusal(_ resources: Resources) async -> (any RepriseError)? {
            await KubernetesCommands(settings, processes: LiveProcessRunner()).refusal(of: [resources], target: "pods")
        }
        #expect(await refusal(Resources(cpus: 1)) == nil)
        #expect(await refusal(Resources(gpus: 64))?.why == "64 GPUs; the largest has 0")
        settings.patience = 60_000
        #expect(await refusal(Resources(gpus: 64)) == nil)
    }
}
