import Foundation
import RepriseDispatch
import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit

/// Jobs of a real cluster: in a folder that its pods share, or carried there and back.
final class KubernetesBench: FolderBench {
    let folders: BenchFolders
    let settings: KubernetesSettings
    let carries: Bool

    init(carries: Bool, _ change: (inout KubernetesSettings) -> Void = { _ in }) {
        self.carries = carries
        let volume = KubernetesSettings.Volume(TestEngine.claim)
        var settings = KubernetesSettings(image: TestEngine.image, volume: carries ? nil : volume)
        change(&settings)
        self.settings = settings
        if let volume, !carries {
            folders = BenchFolders("kubernetes", below: volume.path)
        } else {
            // What it has noted lies in the outputs that are brought back, and in a log that is followed.
            folders = BenchFolders(
                "kubernetes",
                note: #"echo '{"name":"begun","value":1}' >> "$REPRISE_METRICS"; echo x >> ../outputs/executions"#
            )
        }
    }

    func makeDispatcher() throws -> any Dispatcher { makeKubernetes() }

    func makeKubernetes(
        _ settings: KubernetesSettings? = nil,
        processes: any ProcessRunner = LiveProcessRunner()
    ) -> Kubernetes {
        Kubernetes(
            settings ?? self.settings,
            folder: path + "/kubernetes",
            processes: processes,
            interval: .milliseconds(300)
        )
    }

    func equip(_ job: Job) throws -> Job {
        guard carries else { return job }
        var job = job
        try files.makeFolder(job.folder + "/outputs")
        job.parcel = JobParcel(runFolder: job.folder, files: ["run.sh"])
        return job
    }

    func executions(of job: Job) async throws -> Int {
        let names = carries ? ["outputs/executions", "metrics.jsonl"] : ["executions"]
        let here =
            try names
            .map { name in
                guard try files.exists(job.folder + "/" + name) else { return 0 }
                return try files.text(job.folder + "/" + name).split(separator: "\n").count
            }
            .max() ?? 0
        return here == 0 && carries ? try await executionsElsewhere(of: job) : here
    }

    /// Nothing comes here while nobody asks how the job stands.
    private func executionsElsewhere(of job: Job) async throws -> Int {
        let script = """
            pod=$(kubectl get pods --selector=reprise/run="$0" --output=name | head -n 1) && [ -n "$pod" ] &&
                kubectl exec "$pod" --container=keeper -- cat /reprise/files/run/outputs/executions
            """
        let words = ["-c", script, job.key.run.description]
        return try await LiveProcessRunner().run(Invocation("/bin/sh", words)).output
            .count { $0 == UInt8(ascii: "\n") }
    }

    /// Things of the job in the cluster, a while after its end.
    func leftovers(of job: Job) async throws -> [String] {
        let kubectl = LiveProcessRunner()
        let words = ["get", "jobs,secrets,configmaps", "--selector=reprise/run=\(job.key.run)", "--output=name"]
        return try await RepriseTestKit.leftovers {
            try await kubectl.succeed(Invocation("kubectl", words)).text.split(separator: "\n").map(String.init)
        }
    }

    func kubectl(_ words: [String], input: String = "") async throws -> String {
        try await LiveProcessRunner().succeed(Invocation("kubectl", words, input: Array(input.utf8))).text
    }
}
