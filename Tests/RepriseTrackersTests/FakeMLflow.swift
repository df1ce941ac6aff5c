import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization

/// An MLflow server in memory, as strict as the real one about what this tracker sends it.
final class FakeMLflow: HTTPClient {
    struct Run {
        var id: String
        var experiment: String
        var tags: [String: String] = [:]
        var parameters: [String: String] = [:]
        /// Of each key the points as `step@time=value`, each once as in the real server, and in the order of arrival.
        var points: [String: [String]] = [:]
        var status = "RUNNING"
        var isDeleted = false
    }

    /// What goes wrong with a call.
    enum Fault: Sendable {
        /// The server never hears of it.
        case lostRequest
        /// The server does it, and the answer is lost.
        case lostReply
        case status(Int)
    }

    struct State {
        var experiments: [String: String] = [:]
        var runs: [String: Run] = [:]
        var artifacts: [String: [UInt8]] = [:]
        var calls: [String] = []
        var logins: [HTTPLogin] = []
        var artifactRoot = "mlflow-artifacts:/"
        var badKeys: Set<String> = []
    }

    let state = Mutex(State())
    private let fault: @Sendable (Int, HTTPCall) -> Fault?
    private let files = LiveFileSystem()

    /// - Parameter fault: What goes wrong with the n-th call, from 1.
    init(fault: @escaping @Sendable (Int, HTTPCall) -> Fault? = { _, _ in nil }) { self.fault = fault }

    func send(_ calls: [HTTPCall]) async throws -> [HTTPOutcome] {
        var outcomes: [HTTPOutcome] = []
        for call in calls {
            let number = state.withLock { state in
                state.calls.append(String(call.url.split(separator: "/", maxSplits: 2)[2]))
                state.logins.append(call.login)
                return state.calls.count
            }
            switch fault(number, call) {
            case .lostRequest?: outcomes.append(.silence("connection refused"))
            case .lostReply?:
                _ = try answer(call)
                outcomes.append(.silence("timed out"))
            case .status(let status)?: outcomes.append(.reply(HTTPReply(status: status, body: Array("busy".utf8))))
            case nil: outcomes.append(.reply(try answer(call)))
            }
            if case .silence(let reason)? = outcomes.last {
                outcomes += Array(repeating: .silence(reason), count: calls.count - outcomes.count)
                break
            }
        }
        return outcomes
    }

    private func answer(_ call: HTTPCall) throws -> HTTPReply {
        let path = "/" + call.url.split(separator: "/", maxSplits: 2)[2]
        var body: Value = [:]
        if case .json(let text) = call.body { body = try Value(json: text) }
        if case .file(let file) = call.body {
            let content = try files.read(file, limit: 1 << 20)
            state.withLock { $0.artifacts[path] = content }
            return HTTPReply(status: 200, body: Array("{}".utf8))
        }
        return state.withLock { state in
            do throws(FakeMLflowError) {
                return HTTPReply(status: 200, body: Array(try state.answer(path, body).json().utf8))
            } catch {
                let text: Value = ["error_code": .string(error.code), "message": .string(error.message)]
                return HTTPReply(status: error.status, body: Array(text.json().utf8))
            }
        }
    }

    /// What the server has, as the contract reads it.
    var received: ReceivedRuns {
        state.withLock { state in
            var received = ReceivedRuns()
            for run in state.runs.values {
                guard let id = run.tags["reprise.run_id"].flatMap({ RunID($0) }) else { continue }
                received.open(id)
                received[id].parameters = run.parameters.mapValues { [$0] }
                received[id].tags = run.tags
                received[id].points = run.points
                received[id].state = run.status.lowercased()
            }
            return received
        }
    }
}

struct FakeMLflowError: Error {
    var status: Int
    var code: String
    var message: String

    static func rejected(_ message: String) -> FakeMLflowError {
        FakeMLflowError(status: 400, code: "INVALID_PARAMETER_VALUE", message: message)
    }

    static func missing(_ message: String) -> FakeMLflowError {
        FakeMLflowError(status: 404, code: "RESOURCE_DOES_NOT_EXIST", message: message)
    }
}

extension FakeMLflow.State {
    fileprivate mutating func answer(_ path: String, _ body: Value) throws(FakeMLflowError) -> Value {
        let name = path.split(separator: "?")[0].split(separator: "/").suffix(2).joined(separator: "/")
        let query = path.split(separator: "=").last.map(String.init) ?? ""
        switch name {
        case "experiments/get-by-name": return try experiment(named: query.replacing("%20", with: " "))
        case "experiments/create":
            let name = text(body, "name")
            guard experiments[name] == nil else { throw .rejected("exists") }
            experiments[name] = String(experiments.count + 1)
            return ["experiment_id": .string(experiments[name] ?? "")]
        case "runs/search": return search(text(body, "filter"))
        case "runs/create": return create(body)
        case "runs/get": return ["run": show(try run(query))]
        case "runs/log-batch": return try log(body)
        case "runs/delete-tag":
            var run = try run(text(body, "run_id"))
            guard run.tags.removeValue(forKey: text(body, "key")) != nil else { throw .missing("no tag") }
            runs[run.id] = run
            return [:]
        case "runs/update":
            var run = try active(text(body, "run_id"))
            run.status = text(body, "status")
            runs[run.id] = run
            return [:]
        default: throw FakeMLflowError(status: 404, code: "ENDPOINT_NOT_FOUND", message: path)
        }
    }

    private func text(_ body: Value, _ name: String) -> String { body.mapValue?[name]?.stringValue ?? "" }

    private func experiment(named name: String) throws(FakeMLflowError) -> Value {
        guard let number = experiments[name] else { throw .missing("no experiment \(name)") }
        return ["experiment": ["experiment_id": .string(number), "lifecycle_stage": "active"]]
    }

    private func show(_ run: FakeMLflow.Run) -> Value {
        [
            "info": [
                "run_id": .string(run.id), "lifecycle_stage": run.isDeleted ? "deleted" : "active",
                "artifact_uri": .string("\(artifactRoot)\(run.experiment)/\(run.id)/artifacts"),
            ]
        ]
    }

    private func search(_ filter: String) -> Value {
        let wanted = filter.split(separator: "'").last.map(String.init)
        let found = runs.values.filter { $0.tags["reprise.run_id"] == wanted }
        return found.isEmpty ? [:] : ["runs": .list(found.map(show))]
    }

    private mutating func create(_ body: Value) -> Value {
        var run = FakeMLflow.Run(id: "run\(runs.count)", experiment: text(body, "experiment_id"))
        for tag in body.mapValue?["tags"]?.listValue ?? [] { run.tags[text(tag, "key")] = text(tag, "value") }
        runs[run.id] = run
        return ["run": show(run)]
    }

    private func run(_ id: String) throws(FakeMLflowError) -> FakeMLflow.Run {
        guard let run = runs[id] else { throw .missing("Run '\(id)' not found") }
        return run
    }

    private func active(_ id: String) throws(FakeMLflowError) -> FakeMLflow.Run {
        let run = try run(id)
        guard !run.isDeleted else { throw .rejected("The run \(id) must be in the 'active' state") }
        return run
    }

    /// All of a batch or nothing of it.
    private mutating func log(_ body: Value) throws(FakeMLflowError) -> Value {
        var run = try active(text(body, "run_id"))
        let lists = body.mapValue ?? [:]
        let counts = ["metrics", "params", "tags"].map { lists[$0]?.listValue?.count ?? 0 }
        guard counts.reduce(0, +) <= 1000, counts[1] <= 100, counts[2] <= 100 else { throw .rejected("too many") }
        for item in (lists["params"]?.listValue ?? []) + (lists["tags"]?.listValue ?? [])
            + (lists["metrics"]?.listValue ?? [])
        {
            let key = text(item, "key")
            guard !badKeys.contains(key), !key.contains("%") else { throw .rejected("Invalid name '\(key)'") }
        }
        for item in lists["params"]?.listValue ?? [] {
            let (key, value) = (text(item, "key"), text(item, "value"))
            guard run.parameters[key] ?? value == value else { throw .rejected("changed \(key)") }
            run.parameters[key] = value
        }
        for item in lists["tags"]?.listValue ?? [] { run.tags[text(item, "key")] = text(item, "value") }
        for item in lists["metrics"]?.listValue ?? [] { add(item, to: &run) }
        runs[run.id] = run
        return [:]
    }

    private func add(_ item: Value, to run: inout FakeMLflow.Run) {
        let fields = item.mapValue ?? [:]
        let point = ReceivedRuns.Run.text(
            step: fields["step"]?.integerValue ?? -1,
            time: fields["timestamp"]?.integerValue ?? -1,
            value: fields["value"]?.doubleValue ?? .nan
        )
        // As the real server: the same point again changes nothing.
        if run.points[text(item, "key")]?.contains(point) != true {
            run.points[text(item, "key"), default: []].append(point)
        }
    }
}
