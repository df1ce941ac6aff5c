import HTTPTypes
import Hummingbird
import NIOCore
import OrderedCollections
import RepriseModel

/// Answers every request: refuses what may not be, finds the route, and turns whatever goes wrong into an answer.
struct ServerResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    fileprivate enum Entry: Sendable {
        case mlflow(MLflowRoute, RouteStatistics)
        case http(HTTPRoute, RouteStatistics)
    }

    private var table = RouteTable<Entry>()
    private let state: ServerState
    private let safeguards: Safeguards
    private let log: RequestLog?
    private let others: RouteStatistics

    init(state: ServerState, safeguards: Safeguards, log: RequestLog? = nil) {
        self.state = state
        self.safeguards = safeguards
        self.log = log
        others = state.statistics.route("", "other")
        for route in mlflowRoutes.joined() {
            let statistics = state.statistics.route(route.method.rawValue, "/mlflow/\(route.path)")
            for prefix in ["/api/", "/ajax-api/"] {
                let path = "\(prefix)\(route.version)/mlflow/\(route.path)"
                table.add(route.method, path, .mlflow(route, statistics))
            }
        }
        for route in httpRoutes.joined() {
            table.add(
                route.method,
                route.path,
                .http(route, state.statistics.route(route.method.rawValue, route.path))
            )
        }
    }

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        await respond(to: request)
    }

    func respond(to request: Request) async -> Response {
        let start = ContinuousClock.now
        let target = request.head.path ?? "/"
        let whole = target.prefix { $0 != "?" }
        let (scope, path) = RunScope.split(whole).map { ($0.scope, $0.call) } ?? (nil, whole)
        let found = find(request.method, String(path))
        let response: Response
        do {
            try safeguards.check(request.head, path: path)
            response = try await answer(request, found, scope, query: target[path.endIndex...].dropFirst())
        } catch {
            response = refusal(MLflowError(error))
        }
        let took = start.duration(to: .now)
        found.statistics(orElse: others).note(status: response.status.code, took: took)
        log?.note(request.method.rawValue, path, response.status.code, took)
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func find(_ method: HTTPRequest.Method, _ path: String) -> RouteTable<Entry>.Found? {
        table.find(method == .head ? .get : method, path)
    }

    private func answer(
        _ request: Request,
        _ found: RouteTable<Entry>.Found?,
        _ scope: RunScope?,
        query: Substring
    ) async throws -> Response {
        switch found?.entry {
        case .mlflow(let route, _):
            let body = try await mlflowBody(of: request)
            var fields = RequestFields([:])
            if !route.readsBody {
                fields = try body.readableBytes == 0 ? RequestFields(query: query) : RequestFields(json: body)
                for (name, value) in found?.path ?? [:] { fields.set(name, to: .string(value)) }
                if let scope { fields = try scope.narrowed(fields, of: route.path, in: state.store) }
            }
            return Response(json: try await route.respond(MLflowRequest(fields: fields, body: body), state).bytes)
        case .http(let route, _):
            let call = HTTPCall(request: request, path: found?.path ?? [:], query: RequestFields(query: query))
            return try await route.respond(call, state)
        case nil:
            throw MLflowError(.endpointNotFound, "No API found for \(request.method) \(request.uri.path.prefix(500))")
        }
    }

    private func mlflowBody(of request: Request) async throws -> ByteBuffer {
        if request.method == .get || request.method == .head { return ByteBuffer() }
        // A page of another site can send a form or plain text without being asked for leave, but no JSON.
        if request.method == .post || request.method == .put {
            guard let type = request.headers[.contentType] else {
                throw MLflowError.invalid("Bad Request. Content-Type header is missing.")
            }
            guard type.prefix(while: { $0 != ";" }) == "application/json" else {
                throw MLflowError.invalid("Bad Request. Content-Type must be one of ['application/json'].")
            }
        }
        let length = request.headers[.contentLength].flatMap(Int.init)
        return try await collected(request.body, upTo: state.limits.body, length: length)
    }

    private func refusal(_ error: MLflowError) -> Response {
        var response = Response(status: error.status, json: error.json)
        if error.code == .unauthenticated { response.headers[.wwwAuthenticate] = #"Basic realm="reprise""# }
        // What is left of a body that nobody wants is not waited for.
        if error.status == .contentTooLarge { response.headers[.connection] = "close" }
        return response
    }
}

extension RouteTable<ServerResponder.Entry>.Found? {
    fileprivate func statistics(orElse others: RouteStatistics) -> RouteStatistics {
        switch self?.entry {
        case .mlflow(_, let statistics), .http(_, let statistics): statistics
        case nil: others
        }
    }
}
