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
        /// The stores of them, by such names.
        let stores = Mutex<[String: String]>([:])
        /// Those that jobs share.
        let contents = Mutex<Set<String>>([])
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
                if words.contains("configmaps"), let selector = words.last, selector.hasSuffix(",reprise/content") {
                    let gone = contents.withLock { $0 }.intersection(things(of: words))
                    objects.withLock { $0.subtract(gone) }
                }
                objects.withLock { $0.subtract(words) }
                return ProcessResult(status: 0)
            case ("get", "configmaps"):
                return answer(contents.withLock { $0 }.intersection(things(of: words)).sorted())
            case ("get", "jobs"): return answer(names("job/").map { "Job \($0) uid-\($0)" })
            case ("get", "jobs,pods"):
                let items = things(of: words).filter { $0.hasPrefix("job/") }.map { $0.dropFirst(4) }
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
                } else if !objects.withLock({ $0.insert(kind.lowercased() + "/" + name).inserted }) {
                    result.status = 1
                    let words = "Error from server (AlreadyExists): \(kind.lowercased())s \"\(name)\" already exists\n"
                    result.errors += Array(words.utf8)
                } else {
                    let labels = item[path: "metadata.labels"]
                    let thing = kind.lowercased() + "/" + name
                    stores.withLock { $0[thing] = labels?[KubernetesNames.store]?.stringValue }
                    if labels?[KubernetesNames.content] != nil { _ = contents.withLock { $0.insert(thing) } }
                    result.output += Array("\(kind) \(name) uid-\(name)\n".utf8)
                }
            }
            return result
        }

        /// Those of the store that a request names.
        private func things(of words: some Sequence<String>) -> Set<String> {
            let head = "--selector=reprise/store="
            let selector = words.first { $0.hasPrefix(head) } ?? head
            let store = selector.dropFirst(head.count).prefix { $0 != "," }
            let owners = stores.withLock { $0 }
            return objects.withLock { $0.filter { owners[$0].map { $0 == store } ?? false } }
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

    private func makeKubernetes(_ cluster: PaperCluster, store: String = "kubernetes") -> Kubernetes {
        Kubernetes(KubernetesSettings(image: "x:1"), folder: folders.path + "/" + store, processes: cluster)
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

    @Test func `what several jobs share goes with the first of them, and away with the last`()
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
            #expect(cluster.count("delete") == (job == jobs[0] ? 0 : 1), "one request for what has ended")
            try folders.files.write(#"{"status":0,"endedAt":1}"#, to: job.folder + "/exit.json")
            _ = try await kubernetes.status(of: handles)
        }
        #expect(cluster.count("delete") == 3, "and one for what they shared")
        // Their own go away with them, where there is a cluster.
        let left = cluster.objects.withLock { $0 }
        #expect(
            left.allSatisfy {
                $0.hasPrefix("configmap/\(KubernetesNames.job(jobs[0].key))")
                    || $0.hasPrefix("configmap/\(KubernetesNames.job(jobs[1].key))")
            }
        )
    }

    private func end(_ job: Job, _ handle: JobHandle, of kubernetes: Kubernetes) async throws {
        try folders.files.write(#"{"status":0,"endedAt":1}"#, to: job.folder + "/exit.json")
        let status = try await kubernetes.status(of: [job: handle])[job.key]
        #expect(status == .ended(ExitRecord(status: 0, endedAt: Timestamp(milliseconds: 1)), reason: nil))
    }

    @Test func `two stores of one namespace have the same code twice`() async throws {
        let cluster = PaperCluster()
        let stores = ["kubernetes", "other"].map { makeKubernetes(cluster, store: $0) }
        let jobs = try [makeJob(), makeJob()]
        let handles = try await [stores[0].submit(jobs[0]), stores[1].submit(jobs[1])]
        let shared = try stores.map {
            "configmap/reprise-\(try $0.mark())-code-" + String(repeating: "7", count: 43) + "-0"
        }
        #expect(cluster.objects.withLock { $0.isSuperset(of: shared) })
        try await end(jobs[0], handles[0], of: stores[0])
        #expect(cluster.objects.withLock { $0.intersection(shared) } == [shared[1]])
    }

    @Test func `one target leaves what jobs of another one still need`() async throws {
        let cluster = PaperCluster()
        let targets = [makeKubernetes(cluster), makeKubernetes(cluster)]
        let jobs = try [makeJob(), makeJob()]
        let first = try await targets[0].submit(jobs[0])
        #expect(try await targets[0].status(of: [jobs[0]: first])[jobs[0].key] == .submitted)
        // The first target knows nothing of it.
        let second = try await targets[1].submit(jobs[1])
        let shared = cluster.contents.withLock { $0 }
        #expect(shared.count == 1)
        try await end(jobs[0], first, of: targets[0])
        #expect(cluster.objects.withLock { $0.isSuperset(of: shared) })
        try await end(jobs[1], second, of: targets[1])
        #expect(cluster.objects.withLock { $0.isDisjoint(with: shared) })
    }

    @Test(arguments: ["reprise-7777", "reprise-5555555555555555-code", "reprise-"])
    func `a job whose files the cluster does not take is taken back at once`(_ head: String) async throws {
        let words =
            #"Error from server (Forbidden): error when creating "STDIN": configmaps "NAME" is forbidden: exceeded quota: q"#
        let cluster = PaperCluster(refusing: (head, words))
        try folders.files.makeFolder(folders.path + "/kubernetes")
        try folders.files.write("5555555555555555", to: folders.path + "/kubernetes/store")
        let job = try makeJob()
        let isRefused = [KubernetesNames.job(job.key), "reprise-5555555555555555-code-7"]
            .contains { $0.hasPrefix(head) }
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
