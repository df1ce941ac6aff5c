import RepriseDispatch
@testable import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@Suite struct `Handing pods over` {
    /// Knows the objects that it is given, and does nothing with them.
    private final class PaperCluster: ProcessRunner {
        /// Such as `configmap/x`.
        let objects = Mutex<Set<String>>([])
        let requests = Mutex<[[String]]>([])
        /// It says those words, whatever it is asked.
        let isShut = Mutex(false)
        /// What it does not take, by the head of the object's name, and what it says then.
        let refuses: (head: String, words: String)?

        init(refusing refuses: (head: String, words: String)? = nil) { self.refuses = refuses }

        func run(_ invocation: Invocation) async throws -> ProcessResult {
            let words = invocation.arguments.drop { $0 != "--request-timeout=30s" }.dropFirst()
            requests.withLock { $0.append(Array(words)) }
            if let refuses, isShut.withLock({ $0 }) {
                return ProcessResult(status: 1, errors: Array(refuses.words.utf8))
            }
            switch (words.first, words.dropFirst().first) {
            case ("create", _): return try create(invocation.input)
            case ("delete", _):
                objects.withLock { $0.subtract(words) }
                return ProcessResult(status: 0)
            case ("get", "configmaps"): return answer(names("configmap/").map { "configmap/" + $0 })
            case ("get", "jobs"): return answer(names("job/").map { "Job \($0) uid-\($0)" })
            case ("get", "jobs,pods"):
                let items = names("job/")
                    .map { #"{"kind":"Job","metadata":{"name":"\#($0)","uid":"uid-\#($0)"},"status":{}}"# }
                return answer([#"{"items":[\#(items.joined(separator: ","))]}"#])
            default: return ProcessResult(status: 0)
            }
        }

        private func create(_ input: [UInt8]) throws -> ProcessResult {
            var result = ProcessResult(status: 0)
            for item in try Value(json: input[...])[path: "items"]?.listValue ?? [] {
                let kind = item["kind"]?.stringValue ?? ""
                let name = item[path: "metadata.name"]?.stringValue ?? ""
                if let refuses, name.hasPrefix(refuses.head), kind == "ConfigMap" {
                    result.status = 1
                    result.errors += Array("\(refuses.words.replacing("NAME", with: name))\n".utf8)
                } else {
                    _ = objects.withLock { $0.insert(kind.lowercased() + "/" + name) }
                    result.output += Array("\(kind) \(name) uid-\(name)\n".utf8)
                }
            }
            return result
        }

        private func names(_ kind: String) -> [String] {
            objects.withLock { $0.filter { $0.hasPrefix(kind) }.map { String($0.dropFirst(kind.count)) } }.sorted()
        }

        private func answer(_ lines: [String]) -> ProcessResult {
            ProcessResult(status: 0, output: Array((lines.joined(separator: "\n") + "\n").utf8))
        }

        func count(_ verb: String) -> Int { requests.withLock { $0.count { $0.first == verb } } }
    }

    private let folders = BenchFolders("handing-over")

    private func makeKubernetes(_ cluster: PaperCluster) -> Kubernetes {
        Kubernetes(KubernetesSettings(image: "x:1"), folder: folders.path + "/kubernetes", processes: cluster)
    }

    private func makeJob() throws -> Job {
        var job = try folders.makeJob("true")
        let code = folders.path + "/code.tar.gz"
        try folders.files.write("code", to: code)
        job.parcel = JobParcel(
            runFolder: job.folder,
            code: .init(path: code, name: "code-" + String(repeating: "7", count: 64)),
            files: ["run.sh"]
        )
        return job
    }

    @Test func `what several jobs share goes with the first of them, and away with the last, in a request each`()
        async throws
    {
        let cluster = PaperCluster()
        let kubernetes = makeKubernetes(cluster)
        let jobs = try [makeJob(), makeJob()]
        var handles: [Job: JobHandle] = [:]
        for job in jobs { handles[job] = try await kubernetes.submit(job) }
        #expect(cluster.count("create") == 2)
        #expect(cluster.objects.withLock { $0.count } == 5, "two Jobs, a ConfigMap of each, and one of both")
        #expect(try await kubernetes.status(of: handles)[jobs[0].key] == .submitted)
        for job in jobs {
            #expect(cluster.count("delete") == (job == jobs[0] ? 0 : 1))
            try folders.files.write(#"{"status":0,"endedAt":1}"#, to: job.folder + "/exit.json")
            _ = try await kubernetes.status(of: handles)
        }
        #expect(cluster.count("delete") == 2)
        // Their own go away with them, where there is a cluster.
        let left = cluster.objects.withLock { $0 }
        #expect(
            left.allSatisfy {
                $0.hasPrefix("configmap/\(KubernetesNames.job(jobs[0].key))")
                    || $0.hasPrefix("configmap/\(KubernetesNames.job(jobs[1].key))")
            }
        )
    }

    @Test(arguments: ["reprise-7777", "reprise-code", "reprise-"])
    func `a job whose files the cluster does not take is taken back at once`(_ head: String) async throws {
        let words =
            #"Error from server (Forbidden): error when creating "STDIN": configmaps "NAME" is forbidden: exceeded quota: q"#
        let cluster = PaperCluster(refusing: (head, words))
        let job = try makeJob()
        let isRefused = KubernetesNames.job(job.key).hasPrefix(head) || "reprise-code-7777".hasPrefix(head)
        do {
            _ = try await makeKubernetes(cluster).submit(job)
            #expect(!isRefused)
        } catch let error as KubernetesError {
            #expect(isRefused && error.code == "kubernetes-quota", "\(error)")
            #expect(!cluster.objects.withLock { $0.contains { $0.hasPrefix("job/") } })
        }
    }

    @Test func `a login that has expired is waited for, and a cluster that is down`() async throws {
        for words in [
            "error: You must be logged in to the server (Unauthorized)", "The connection to the server x was refused",
        ] {
            let cluster = PaperCluster(refusing: ("reprise-", words))
            cluster.isShut.withLock { $0 = true }
            let job = try makeJob()
            let kubernetes = makeKubernetes(cluster)
            let error = await #expect(throws: (any Error).self) { try await kubernetes.submit(job) } as? any EngineAway
            #expect(error?.isAway == true && error?.fault == .world, "\(words)")
            cluster.isShut.withLock { $0 = false }
            #expect(try await kubernetes.find([job]).isEmpty)
        }
        #expect(!KubernetesError.overQuota(words: "").isAway)
    }

    @Test func `what the cluster forbids is believed after a while`() {
        let error = KubernetesError.notPermitted(words: "w", namespace: "n")
        #expect(KubernetesAway.passing(error, forbidden: .zero) as? KubernetesAway == KubernetesAway(cause: error))
        #expect(KubernetesAway.passing(error, forbidden: .seconds(61)) as? KubernetesError == error)
    }

    @Test func `a ConfigMap that is there already is no reason to take a job back`() async throws {
        let words = #"Error from server (AlreadyExists): error when creating "STDIN": configmaps "NAME" already exists"#
        let cluster = PaperCluster(refusing: ("reprise-", words))
        let job = try makeJob()
        #expect(try await makeKubernetes(cluster).submit(job).description == KubernetesNames.job(job.key))
        #expect(cluster.count("delete") == 0)
    }
}
