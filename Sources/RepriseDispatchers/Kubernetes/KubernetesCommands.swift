import OrderedCollections
import RepriseModel
import RepriseSystem

/// `kubectl`, with the person's own configuration; each of its verbs called by one method.
package struct KubernetesCommands: Sendable {
    let settings: KubernetesSettings
    let processes: any ProcessRunner

    package init(_ settings: KubernetesSettings, processes: any ProcessRunner) {
        self.settings = settings
        self.processes = processes
    }

    /// Jobs and pods of the store.
    func state(of store: String) async throws -> KubernetesState {
        let words = ["get", "jobs,pods", "--selector=\(KubernetesNames.store)=\(store)", "--output=json"]
        return try KubernetesReply.state(try await succeed(words).output)
    }

    /// What the cluster calls those of these jobs that it has.
    func identify(_ names: [String]) async throws -> [String: String] {
        let words = ["get", "jobs", "--ignore-not-found", Self.identity(ofList: names.count > 1)] + names
        return KubernetesReply.created(try await succeed(words).text)
    }

    /// What became of objects that were handed over.
    struct Creation {
        /// What the cluster calls those Jobs that it made.
        var uids: [String: String]
        /// The names of ConfigMaps and Secrets that it made, or that it had.
        var belongings: Set<String>
        /// Its words where it did not make everything.
        var words: String?
    }

    /// Hands over a list of objects; tells what was made, whatever became of the rest. `lock` is held as long as `kubectl`
    /// lives, whoever dies meanwhile.
    func create(_ list: Value, lock: String) async throws -> Creation {
        let words = ["create", "--validate=false", Self.identity(ofList: false), "--filename=-"]
        let result = try await held(words, input: list.jsonBytes(), lock: lock)
        return Creation(
            uids: KubernetesReply.created(result.text),
            belongings: KubernetesReply.belongings(result.text, errors: result.errorText),
            words: result.status == 0 ? nil : Self.words(result)
        )
    }

    private func held(_ words: [String], input: [UInt8], lock: String) async throws -> ProcessResult {
        do {
            let held = ["--no-fork", lock, "kubectl"] + global + words
            let result = try await processes.run(Invocation("flock", held, input: input))
            guard result.errorText.contains("failed to execute kubectl") else { return result }
            throw KubernetesError.missing(program: "kubectl")
        } catch is ProgramMissing {
            return try await run(words, input: input)
        }
    }

    /// Notes that the objects go away with their Jobs.
    func own(_ list: Value) async throws {
        _ = try await succeed(
            ["apply", "--server-side", "--validate=false", "--field-manager=reprise", "--filename=-"],
            input: list.jsonBytes()
        )
    }

    /// Takes things away, such as `job/x`; those that are gone already are as good as taken away.
    func delete(_ things: [String], selector: String? = nil) async throws {
        let what = selector.map { things + ["--selector=\($0)"] } ?? things
        _ = try await succeed(
            ["delete", "--cascade=background", "--wait=false", "--ignore-not-found", "--output=name"] + what
        )
    }

    /// Takes away what belongs to Jobs: secrets, and what was carried there.
    func deleteBelongings(of jobs: [String], kinds: String? = nil) async throws {
        let kinds = kinds ?? (settings.volume == nil ? "secrets,configmaps" : "secrets")
        for start in stride(from: 0, to: jobs.count, by: 50) {
            let names = jobs[start..<min(start + 50, jobs.count)].joined(separator: ",")
            try await delete([kinds], selector: "\(KubernetesNames.job) in (\(names))")
        }
    }

    /// What the cluster told of things that did not come about, such as pods of Jobs: messages, by the name of the thing.
    func troubles(of kind: String, reason: String) async throws -> [String: [String]] {
        let selector = "--field-selector=involvedObject.kind=\(kind),reason=\(reason)"
        return try KubernetesReply.events(try await succeed(["get", "events", selector, "--output=json"]).output)
    }

    // MARK: Running it

    /// Makes it print kind, name and uid of each object.
    private static func identity(ofList isList: Bool) -> String {
        let row = #"{.kind} {.metadata.name} {.metadata.uid}{"\n"}"#
        return "--output=jsonpath=" + (isList ? "{range .items[*]}\(row){end}" : row)
    }

    var global: [String] {
        [settings.context.map { "--context=\($0)" }, settings.namespace.map { "--namespace=\($0)" }].compactMap { $0 }
            + ["--request-timeout=30s"]
    }

    func succeed(_ words: [String], input: [UInt8] = []) async throws -> ProcessResult {
        let result = try await run(words, input: input)
        guard result.status == 0 else { throw refusal(result, command: words.first ?? "") }
        return result
    }

    func refusal(_ result: ProcessResult, command: String) -> KubernetesError {
        .refusal(Self.words(result), command: command, settings)
    }

    func run(_ words: [String], input: [UInt8] = []) async throws -> ProcessResult {
        do {
            return try await processes.run(Invocation("kubectl", global + words, input: input, limit: 1 << 30))
        } catch let error as ProgramMissing {
            throw KubernetesError.missing(program: error.program)
        }
    }

    /// The last lines of what it complained about, without what its libraries log.
    static func words(_ result: ProcessResult) -> String {
        let lines = result.errorText.split(separator: "\n")
            .filter {
                !($0.first == "E" && $0.dropFirst().prefix(4).allSatisfy(\.isNumber)) && !$0.hasPrefix("Warning:")
            }
        return lines.suffix(5)
            .map { line in
                for head in ["error: ", "Error from server: "] where line.hasPrefix(head) {
                    return String(line.dropFirst(head.count))
                }
                return String(line)
            }
            .joined(separator: "; ")
    }
}
