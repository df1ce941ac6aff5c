import RepriseDispatch
@testable import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@Suite struct `Where pods are` {
    /// `kubectl` with some contexts; each has the Jobs that it was given.
    private final class Contexts: ProcessRunner {
        let current = Mutex("lab")
        let jobs = Mutex<[String: Set<String>]>([:])
        let requests = Mutex<[[String]]>([])

        func run(_ invocation: Invocation) async throws -> ProcessResult {
            let all = invocation.arguments
            let words = all.drop { $0 != "--request-timeout=30s" }.dropFirst()
            requests.withLock { $0.append(all) }
            let named = all.first { $0.hasPrefix("--context=") }.map { String($0.dropFirst(10)) }
            let context = named ?? current.withLock { $0 }
            var there: Set<String> { jobs.withLock { $0[context] ?? [] } }
            switch (words.first, words.dropFirst().first) {
            case ("config", _):
                return answer(
                    #"{"current-context":"\#(context)","contexts":[{"context":{"namespace":"of-\#(context)"}}]}"#
                )
            case ("create", _):
                let items = try Value(json: invocation.input[...])[path: "items"]?.listValue ?? []
                let names = items.compactMap { $0[path: "metadata.name"]?.stringValue }
                jobs.withLock { $0[context, default: []].formUnion(names) }
                return answer(names.map { "Job \($0) uid-\($0)\n" }.joined())
            case ("delete", _):
                jobs.withLock { $0[context]?.subtract(words.map { String($0.dropFirst(4)) }) }
                return answer("")
            case ("get", "jobs"): return answer(there.map { "Job \($0) uid-\($0)\n" }.joined())
            case ("get", "jobs,pods"):
                let items = there.map { #"{"kind":"Job","metadata":{"name":"\#($0)","uid":"uid-\#($0)"},"status":{}}"# }
                return answer(#"{"items":[\#(items.joined(separator: ","))]}"#)
            default: return answer("")
            }
        }

        private func answer(_ text: String) -> ProcessResult { ProcessResult(status: 0, output: Array(text.utf8)) }

        /// Whom it has asked for how jobs stand since.
        func asked(since first: Int) -> [String] {
            requests.withLock {
                $0.dropFirst(first).filter { $0.contains("jobs,pods") }.map { $0.prefix(2).joined(separator: " ") }
            }
        }
    }

    private let folders = BenchFolders("places")

    private func makeKubernetes(_ contexts: Contexts, context: String? = nil) -> Kubernetes {
        Kubernetes(
            KubernetesSettings(
                context: context,
                image: "x:1",
                volume: .init(claim: "c", path: folders.path)
            ),
            folder: folders.path + "/kubernetes",
            processes: contexts,
            interval: .zero
        )
    }

    @Test func `jobs stay where they were handed over, whatever becomes the current context`() async throws {
        let contexts = Contexts()
        let first = makeKubernetes(contexts)
        let job = try folders.makeJob("true")
        let handle = try await first.submit(job)
        contexts.current.withLock { $0 = "other" }
        for kubernetes in [first, makeKubernetes(contexts)] {
            let begin = contexts.requests.withLock { $0.count }
            #expect(try await kubernetes.status(of: [job: handle]) == [job.key: .submitted])
            #expect(contexts.asked(since: begin) == ["--context=lab --namespace=of-lab"])
        }
        try await makeKubernetes(contexts).cancel(job, handle, grace: .zero)
        #expect(contexts.jobs.withLock { $0["lab"] } == [], "it is ended where it is")
    }

    @Test func `one dispatcher hands over in one place, and each place is asked for its own jobs`() async throws {
        let contexts = Contexts()
        let kubernetes = makeKubernetes(contexts)
        let jobs = try (0..<3).map { _ in try folders.makeJob("true") }
        var handles = [jobs[0]: try await kubernetes.submit(jobs[0])]
        contexts.current.withLock { $0 = "other" }
        handles[jobs[1]] = try await kubernetes.submit(jobs[1])
        #expect(contexts.jobs.withLock { $0["lab"]?.count } == 2)
        let later = makeKubernetes(contexts)
        handles[jobs[2]] = try await later.submit(jobs[2])
        #expect(contexts.jobs.withLock { $0["other"]?.count } == 1)
        let begin = contexts.requests.withLock { $0.count }
        #expect(try await later.status(of: handles).values.allSatisfy { $0 == .submitted })
        #expect(
            contexts.asked(since: begin).sorted() == [
                "--context=lab --namespace=of-lab", "--context=other --namespace=of-other",
            ]
        )
    }

    @Test func `a submission whose answer nobody heard is looked for where it was made`() async throws {
        let contexts = Contexts()
        let job = try folders.makeJob("true")
        let name = KubernetesNames.job(job.key)
        let notes = KubernetesJobFiles(files: folders.files)
        let place = KubernetesPlace(context: "my lab:8", namespace: "vision")
        try notes.write(.init(name: name, place: place), of: job)
        contexts.jobs.withLock { $0["my lab:8"] = [name] }
        let handle = try #require(try await makeKubernetes(contexts).find([job])[job.key])
        #expect(handle.description == name)
        #expect(notes.submission(of: job) == .init(name: name, uid: "uid-" + name, place: place))
    }

    @Test func `what is noted of a submission`() throws {
        let job = try folders.makeJob("true")
        let notes = KubernetesJobFiles(files: folders.files)
        for text in ["x 1 owned", "x 1 owned\n"] {
            try folders.files.write(text, to: job.folder + "/kubernetes.job")
            #expect(notes.submission(of: job) == .init(name: "x", uid: "1", isOwned: true, place: nil))
        }
    }
}
