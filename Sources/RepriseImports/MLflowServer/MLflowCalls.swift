import OrderedCollections
import RepriseModel
import RepriseSystem

/// Calls of the REST API, tried again where trying again may help.
struct MLflowCalls: Sendable {
    let address: String
    let login: HTTPLogin
    let client: any HTTPClient

    /// Nil where the call is optional and the server does not know it.
    func post(_ path: String, _ body: Mapping, isOptional: Bool = false) async throws -> Mapping? {
        let call = HTTPCall(.post, api(path), body: .json(Value.map(body).json()), login: login)
        return try await mapping(of: [call], isOptional: isOptional).first ?? nil
    }

    func get(_ path: String, _ query: [(String, String)], isOptional: Bool = false) async throws -> Mapping? {
        let call = HTTPCall(.get, api(path) + queryText(query), login: login)
        return try await mapping(of: [call], isOptional: isOptional).first ?? nil
    }

    /// The same call with several queries.
    func get(_ path: String, _ queries: [[(String, String)]]) async throws -> [Mapping] {
        let calls = queries.map { HTTPCall(.get, api(path) + queryText($0), login: login) }
        return try await mapping(of: calls, isOptional: false).map { $0 ?? [:] }
    }

    /// Replies of any status but those that say the server cannot just now.
    func send(_ calls: [HTTPCall]) async throws -> [HTTPReply] {
        var replies: [HTTPReply] = []
        var pause = Duration.seconds(1)
        while true {
            var trouble = ""
            for outcome in try await client.send(Array(calls.dropFirst(replies.count))) {
                switch outcome {
                case .reply(let reply) where reply.status == 429 || reply.status >= 500:
                    trouble = "it answers \(reply.status): \(reply.text.prefix(200))"
                case .reply(let reply): replies.append(reply)
                case .silence(let reason): trouble = reason
                }
                if !trouble.isEmpty { break }
            }
            if replies.count == calls.count { return replies }
            if pause > .seconds(4) { throw unreachable(trouble) }
            try await ContinuousClock().sleep(for: pause)
            pause *= 2
        }
    }

    private func mapping(of calls: [HTTPCall], isOptional: Bool) async throws -> [Mapping?] {
        try await send(calls)
            .map { reply in
                if isOptional, [404, 405, 400, 501].contains(reply.status) { return nil }
                guard reply.isSuccess else { throw refused(reply) }
                guard let map = (try? Value(json: reply.body[...]))?.mapValue else {
                    throw Mistake(
                        "`\(address)` is no MLflow server",
                        why: "it answers something else than JSON",
                        fix: "give the address that `MLFLOW_TRACKING_URI` holds",
                        code: "not-mlflow"
                    )
                }
                return map
            }
    }

    private func refused(_ reply: HTTPReply) -> Mistake {
        if reply.status == 401 || reply.status == 403 {
            return Mistake(
                "`\(address)` wants to know who asks",
                why: "it answers \(reply.status)",
                fix: "set `MLFLOW_TRACKING_TOKEN`, or `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`",
                code: "login-refused"
            )
        }
        return Mistake(
            "`\(address)` refused",
            why: "it answers \(reply.status): \(reply.text.prefix(300))",
            fix: "give the address of an MLflow tracking server, as `http://host:5000`",
            code: "server-refused",
            fault: .world
        )
    }

    private func unreachable(_ reason: String) -> Mistake {
        Mistake(
            "`\(address)` does not answer",
            why: reason,
            fix: "check the address; the import goes on from where it stopped when it is repeated",
            code: "server-unreachable",
            fault: .world
        )
    }

    func api(_ path: String) -> String { "\(base)/api/2.0/mlflow/\(path)" }

    var base: String { address.hasSuffix("/") ? String(address.dropLast()) : address }

    func queryText(_ query: [(String, String)]) -> String {
        "?" + query.map { "\($0.0)=\(percentEncoded($0.1))" }.joined(separator: "&")
    }
}

extension Mapping {
    func list(_ name: String) -> [Value] { self[name]?.listValue ?? [] }

    /// `[{"key": …, "value": …}]` as names and texts.
    func pairs(_ name: String) -> [String: String] {
        list(name)
            .reduce(into: [:]) { pairs, item in
                if let map = item.mapValue, let key = map.text("key") { pairs[key] = map.text("value") ?? "" }
            }
    }

    /// A whole number, which servers write as number or as text.
    func whole(_ name: String) -> Int64? {
        switch self[name] {
        case .integer(let number): number
        case .number(let number): Int64(exactly: number)
        case .string(let text): Int64(text)
        default: nil
        }
    }

    /// A number, also `"NaN"` and the infinities.
    func number(_ name: String) -> Double? {
        switch self[name] {
        case .integer(let number): Double(number)
        case .number(let number): number
        case .string(let text): mlflowNumber(text)
        default: nil
        }
    }

    /// Where the next page begins.
    var mark: String? { text("next_page_token").flatMap { $0.isEmpty ? nil : $0 } }
}
