import Foundation
import RepriseDispatch
@testable import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@Suite(.enabled(if: TestEngine.kubernetes.isUp, TestEngine.kubernetes.absence))
struct `Real Kubernetes` {
    @Test(arguments: [false, true])
    func `it keeps the contract`(_ carries: Bool) async throws {
        var contract = DispatcherContract(KubernetesBench(carries: carries), seed: .random(in: 0 ... .max))
        try await contract.check()
    }

    @Test(arguments: [false, true])
    func `several jobs are one submission, and whoever comes later finds them`(_ carries: Bool) async throws {
        let bench = KubernetesBench(carries: carries)
        let creations = Counter()
        let runner = CountingRunner { if $0.text.contains(" create --validate=false") { creations.add() } }
        let kubernetes = bench.makeKubernetes(processes: runner)
        let jobs = try (0..<5).map { try bench.makeJob("echo \($0); echo e\($0) >&2; exit \($0)") }
        let results = await kubernetes.submit(jobs)
        #expect(creations.count == 1)
        for (index, job) in jobs.enumerated() {
            let handle = try #require(results[job.key]).get()
            guard case .ended(let record, _) = try await kubernetes.untilEnded(job, handle) else {
                Issue.record("job \(index) did not end")
                continue
            }
            #expect(record.status == index)
            #expect(try bench.output(of: job) == "\(index)\n")
            #expect(try bench.files.text(job.folder + "/stderr.log") == "e\(index)\n")
        }
        #expect(try await bench.makeKubernetes().find(jobs).count == 5)
    }

    @Test(arguments: [false, true])
    func `a submitter that dies before it hears the answer has submitted once`(_ carries: Bool) async throws {
        struct Death: Error {}
        let bench = KubernetesBench(carries: carries)
        let runner = CountingRunner { if $0.program == "flock" { throw Death() } }
        let jobs = try (0..<3).map { _ in try bench.makeJob("\(bench.folders.note); sleep 1") }
        let results = await bench.makeKubernetes(processes: runner).submit(jobs)
        for job in jobs { #expect(throws: Death.self) { try results[job.key]?.get() } }
        let other = bench.makeKubernetes()
        let found = try await other.find(jobs)
        #expect(found.count == 3)
        #expect(try await other.submit(jobs[1]) == found[jobs[1].key])
        for job in jobs {
            _ = try await other.untilEnded(job, try #require(found[job.key]))
            #expect(try await bench.executions(of: job) == 1)
        }
    }

    @Test(arguments: [false, true])
    func `a secret reaches the job, and lies nowhere`(_ carries: Bool) async throws {
        let secret = "hush-\(UUID().uuidString)\n\\0$(id)$$'\"ö "
        let bench = KubernetesBench(carries: carries)
        var job = try bench.makeJob(
            #"printf '%s' "$TOKEN" > seen; printf '%s' "$EMPTY" > empty; echo "$PATH"; sleep 2"#
        )
        job.secrets = ["TOKEN": secret, "EMPTY": ""]
        let kubernetes = bench.makeKubernetes()
        let handle = try await kubernetes.submit(job)
        _ = try await kubernetes.untilEnded(job, handle)
        #expect(try bench.files.text("\(job.work)/seen") == secret)
        #expect(try bench.files.text("\(job.work)/empty") == "")
        try bench.files.remove(job.work)
        let search = try await LiveProcessRunner()
            .run(Invocation("grep", ["-rlF", "--", String(secret.prefix(41)), bench.path]))
        #expect(search.text == "", "\(search.text)")
        #expect(try await bench.leftovers(of: job) == [])
    }

    @Test func `what a job writes far away is here while it runs, and all of it afterwards`() async throws {
        let bench = KubernetesBench(carries: true)
        try bench.files.makeFolder(bench.path + "/code/sub")
        try bench.files.write("old\n", to: bench.path + "/code/sub/file")
        let archive = bench.path + "/code.tar.gz"
        _ = try await LiveProcessRunner()
            .succeed(
                Invocation("tar", ["--mtime=2000-01-01", "-czf", archive, "-C", bench.path + "/code", "."])
            )
        var generator = SystemRandomNumberGenerator()
        let noise = (0..<(2 << 20)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        try bench.files.write(noise, to: bench.path + "/noise")
        var job = try bench.makeJob(
            """
            cat sub/file; echo new > sub/other; cp ../data/noise "$REPRISE_OUTPUTS/copy"; \
            while [ ! -e stop ] && [ "$((n += 1))" -lt 600 ]; do sleep 1; done; echo end
            """
        )
        try bench.files.remove(job.work)
        job.parcel = JobParcel(
            runFolder: job.folder,
            code: .init(path: archive, name: "code-" + Digest(octets: [UInt8](repeating: 7, count: 32)).description),
            files: ["run.sh"],
            data: [.init(name: "noise", path: bench.path + "/noise", content: "data-0123", isFolder: false)]
        )
        let kubernetes = bench.makeKubernetes()
        let handle = try await kubernetes.submit(job)
        try await eventually("what it prints is seen") {
            _ = try await kubernetes.status(of: [job: handle])
            return (try? bench.output(of: job)) == "old\n"
        }
        let pod = try await bench.kubectl(["get", "pods", "--selector=job-name=\(handle)", "--output=name"])
        let words = [
            "exec", pod.filter { !$0.isNewline }, "--container=keeper", "--", "touch",
            KubernetesStagedScript.run + "/work" + "/stop",
        ]
        _ = try await bench.kubectl(words)
        _ = try await kubernetes.untilEnded(job, handle)
        #expect(try bench.output(of: job) == "old\nend\n")
        #expect(try bench.files.text("\(job.work)/sub/other") == "new\n")
        #expect(try !bench.files.exists("\(job.work)/sub/file"))
        #expect(try bench.files.read(job.folder + "/outputs/copy", limit: 4 << 20) == noise)
        #expect(try await bench.leftovers(of: job) == [])
    }

    @Test func `a job whose pod is deleted behind our back is preempted, one that is deleted has ended`() async throws {
        let bench = KubernetesBench(carries: false)
        let kubernetes = bench.makeKubernetes()
        let jobs = try (0..<2).map { _ in try bench.makeJob("\(bench.folders.note); sleep 3000") }
        let handles = try await [kubernetes.submit(jobs[0]), kubernetes.submit(jobs[1])]
        for job in jobs { try await bench.begun(job) }
        _ = try await bench.kubectl(["delete", "pods", "--selector=job-name=\(handles[0])", "--wait=false"])
        _ = try await bench.kubectl(["delete", "job", handles[1].description, "--wait=false"])
        guard case .preempted(let why?) = try await kubernetes.untilEnded(jobs[0], handles[0]) else {
            Issue.record("it is not preempted")
            return
        }
        #expect(why.hasPrefix("its pod `\(handles[0])-"), "\(why)")
        guard case .ended(let record, let reason) = try await kubernetes.untilEnded(jobs[1], handles[1]) else {
            Issue.record("it has not ended")
            return
        }
        #expect(record.signal == 15 && reason == "deleted from the cluster", "\(record) \(reason ?? "")")
        for job in jobs { #expect(try await bench.executions(of: job) == 1) }
    }

    @Test(arguments: ["image", "account", "claim", "size"])
    func `a job that can never begin is taken back, with the reason`(_ kind: String) async throws {
        let bench = KubernetesBench(carries: kind == "image") { settings in
            switch kind {
            case "image": settings.image = "127.0.0.1:1/none:1"
            case "account": settings.serviceAccount = "nobody"
            case "claim": settings.volume?.claim = "nothing"
            default: settings.patience = 20_000
            }
        }
        let resources = kind == "size" ? Resources(cpus: 500) : Resources()
        let job = try bench.makeJob("exit 0", resources: resources)
        let kubernetes = bench.makeKubernetes()
        let handle = try await kubernetes.submit(job)
        guard case .ended(let record, let reason) = try await kubernetes.untilEnded(job, handle) else {
            Issue.record("it waits for ever")
            return
        }
        let words = [
            "image": "cannot pull the image `127.0.0.1:1/none:1`: ", "account": "the cluster makes no pod for it: ",
            "claim": "the namespace has no such claim: ", "size": "asks for more than any node has (500 processors; ",
        ]
        #expect(!record.isSuccess)
        // One who may not look at nodes knows no more than that it fits nowhere for as long as the target's `patience`.
        let isNamed = reason?.hasPrefix(try #require(words[kind])) == true
        #expect(isNamed || kind == "size" && reason?.hasPrefix("fits on no node now: ") == true, "\(reason ?? "")")
        #expect(try await bench.makeKubernetes().status(of: [job: handle])[job.key] == .ended(record, reason: reason))
        #expect(try await bench.leftovers(of: job) == [])
    }

    @Test func `a job whose files are gone from the cluster before it begins does not wait for ever`() async throws {
        let bench = KubernetesBench(carries: true)
        let kubernetes = bench.makeKubernetes(processes: LosingRunner())
        let job = try bench.makeJob("exit 0")
        let handle = try await kubernetes.submit(job)
        guard case .ended(let record, let reason) = try await kubernetes.untilEnded(job, handle) else {
            Issue.record("it waits for ever")
            return
        }
        // Some clusters begin such a pod all the same.
        let isNamed = ["its pod waits for a volume: ", "could not begin: "].contains { reason?.hasPrefix($0) == true }
        #expect(!record.isSuccess && isNamed, "\(reason ?? "")")
        #expect(try await bench.leftovers(of: job) == [])
    }

    @Test(arguments: ["context", "namespace", "rights", "toleration", "elsewhere", "image"])
    func `what the cluster refuses is an error with its words, and leaves nothing`(_ kind: String) async throws {
        let bench = KubernetesBench(carries: false) { settings in
            switch kind {
            case "context": settings.context = "nope"
            case "namespace": settings.namespace = "nope"
            case "rights": settings.context = "guest"
            case "toleration": settings.tolerations = ["a:b"]
            case "elsewhere": settings.volume?.path = "/elsewhere"
            default: settings.image = nil
            }
        }
        let kubernetes = bench.makeKubernetes()
        let jobs = try (0..<2).map { _ in try bench.makeJob("exit 0") }
        let results = await kubernetes.submit(jobs)
        for job in jobs {
            let error = #expect(throws: (any Error).self) { try results[job.key]?.get() } as? any RepriseError
            // A cluster that has just begun forbids what it is about to allow: that is not believed at once. Who may not look
            // at all namespaces is forbidden those that are not there.
            let isForbidden = kind == "rights" || kind == "namespace" && ProcessOwner.current.user != 0
            #expect(error?.fault == (isForbidden ? .world : .usage), "\(error?.description ?? "")")
            #expect(try bench.files.names(in: job.folder).sorted() == ["run.sh", "work"])
        }
        #expect(try await kubernetes.find(jobs).isEmpty)
    }
}

/// Loses ConfigMaps on their way to the cluster.
private struct LosingRunner: ProcessRunner {
    func run(_ invocation: Invocation) async throws -> ProcessResult {
        guard invocation.text.contains(" create --validate=false"),
            case let objects = try Value(json: invocation.input[...])[path: "items"]?.listValue ?? [], !objects.isEmpty
        else { return try await LiveProcessRunner().run(invocation) }
        let isLost = { (object: Value) in object[path: "kind"] == "ConfigMap" }
        var rest = invocation
        let items = objects.filter { !isLost($0) }.map { $0.json() }.joined(separator: ",")
        rest.input = Array(#"{"apiVersion":"v1","kind":"List","items":[\#(items)]}"#.utf8)
        var result = try await LiveProcessRunner().run(rest)
        for object in objects where isLost(object) {
            result.output += Array("ConfigMap \(object[path: "metadata.name"]?.stringValue ?? "") lost\n".utf8)
        }
        return result
    }
}

final class Counter: Sendable {
    private let value = Mutex(0)

    var count: Int { value.withLock { $0 } }
    func add() { value.withLock { $0 += 1 } }
}
