import RepriseModel
import RepriseSite
import RepriseSystem

/// The calls that the tracker makes of a server.
struct MLflowAPI: Sendable {
    let uri: String
    private let http: any HTTPClient
    private let login: @Sendable () async throws -> HTTPLogin

    init(_ settings: TrackerSettings, in world: TrackerWorld) {
        var uri = settings.text("uri") ?? ""
        while uri.last == "/" { uri.removeLast() }
        self.uri = uri
        http = world.http
        let (credential, user) = (settings.text("credential"), settings.text("username"))
        login = {
            guard let credential else { return .none }
            let secret = try await world.secret(credential).reveal()
            return user.map { .basic(user: $0, password: secret) } ?? .bearer(secret)
        }
    }

    /// Sends the calls and hands back an answer for each. Never throws: what hinders all of them is their answer.
    func send(_ calls: [HTTPCall]) async -> [MLflowAnswer] {
        guard !calls.isEmpty else { return [] }
        do {
            let login = try await login()
            let outcomes = try await http.send(
                calls.map { call in
                    var call = call
                    call.login = login
                    return call
                }
            )
            return outcomes.map { MLflowAnswer($0, from: uri) }
        } catch {
            let known = error as? any RepriseError
            let text = [known?.what ?? "\(error)", known?.fix].compactMap { $0 }.joined(separator: "; ")
            return Array(repeating: .unavailable(text), count: calls.count)
        }
    }

    func experiment(named name: String) -> HTTPCall {
        HTTPCall(.get, "\(uri)/api/2.0/mlflow/experiments/get-by-name?experiment_name=\(percentEncoded(name))")
    }

    func createExperiment(_ name: String) -> HTTPCall { post("experiments/create", ["name": .string(name)]) }

    /// Looks for the run with that tag, also among deleted ones.
    func find(_ run: RunID, in experiment: String) -> HTTPCall {
        post(
            "runs/search",
            [
                "experiment_ids": [.string(experiment)], "filter": .string("tags.`reprise.run_id` = '\(run)'"),
                "run_view_type": "ALL", "max_results": 1,
            ]
        )
    }

    func post(_ path: String, _ body: Value) -> HTTPCall { post(path, json: body.json()) }

    func post(_ path: String, json: String) -> HTTPCall {
        HTTPCall(.post, "\(uri)/api/2.0/mlflow/\(path)", body: .json(json))
    }

    func run(_ id: String) -> HTTPCall { HTTPCall(.get, "\(uri)/api/2.0/mlflow/runs/get?run_id=\(percentEncoded(id))") }

    /// Puts a file below the run's artifacts; `root` is what stands behind `mlflow-artifacts:/`.
    func upload(_ file: String, to path: String, root: String) -> HTTPCall {
        let place = percentEncoded("\(root)/\(path)", keeping: "/")
        return HTTPCall(.put, "\(uri)/api/2.0/mlflow-artifacts/artifacts/\(place)", body: .file(file))
    }

    func version() -> HTTPCall { HTTPCall(.get, "\(uri)/version", limit: .seconds(10)) }

    /// A call that is nobody's: what came back, as it is.
    func sendPlain(_ call: HTTPCall) async throws -> HTTPOutcome? {
        var call = call
        call.login = try await login()
        return try await http.send([call]).first
    }
}
