import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import OrderedCollections
import RepriseModel
import RepriseStore
import RepriseSystem

@testable import RepriseServer

/// A server over a new store in a folder of its own, asked without a socket.
final class ServerFixture: Sendable {
    let folder: String
    let store: Store
    let responder: ServerResponder
    let state: ServerState

    init(safeguards: Safeguards = Safeguards(token: nil, hosts: HostNames(chosen: [], anyName: false))) throws {
        var generator = EntropyGenerator(LiveEntropy())
        folder =
            FileManager.default.temporaryDirectory.appending(path: "reprise-server-\(RunID(using: &generator))").path
        store = try Store.open(folder + "/.reprise", create: true, files: LiveFileSystem(), clock: LiveWallClock())
        state = ServerState(store: store, wallClock: LiveWallClock(), entropy: LiveEntropy())
        responder = ServerResponder(state: state, safeguards: safeguards)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// POSTs a JSON object to a call of the MLflow API.
    func post(_ call: String, _ body: Mapping) async throws -> Answer {
        try await send(.post, "/api/2.0/mlflow/" + call, json: body)
    }

    /// GETs a call of the MLflow API; the query may stand behind it.
    func get(_ call: String) async throws -> Answer { try await ask(.get, "/api/2.0/mlflow/" + call) }

    func send(_ method: HTTPRequest.Method, _ path: String, json: Mapping) async throws -> Answer {
        try await ask(method, path, [.contentType: "application/json"], Value.map(json).jsonBytes())
    }

    func ask(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ headers: HTTPFields = [:],
        _ body: [UInt8] = [],
        host: String = "localhost:5000"
    ) async throws -> Answer {
        let head = HTTPRequest(method: method, scheme: "http", authority: host, path: path, headerFields: headers)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body)))
        return try await Answer(await responder.respond(to: request))
    }
}

/// What the server said.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    init(_ response: Response) async throws {
        status = response.status.code
        headers = response.headers
        let collector = BodyCollector()
        try await response.body.write(collector)
        bytes = await collector.kept.bytes
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The answer's JSON; `null` where it is none.
    var value: Value { (try? Value(json: bytes[...])) ?? .null }

    /// The field at a dotted path: `run.info.run_id`, `experiments.0.name`.
    subscript(path: String) -> Value? {
        path.split(separator: ".")
            .reduce(Optional(value)) { value, part in
                if let items = value?.listValue {
                    return Int(part).flatMap { items.indices.contains($0) ? items[$0] : nil }
                }
                return value?.mapValue?[String(part)]
            }
    }

    var errorCode: String? { self["error_code"]?.stringValue }
    var message: String? { self["message"]?.stringValue }
}

/// Keeps the body that a response writes.
private struct BodyCollector: ResponseBodyWriter {
    actor Kept {
        var bytes: [UInt8] = []
        func add(_ more: [UInt8]) { bytes += more }
    }

    let kept = Kept()

    mutating func write(_ buffer: ByteBuffer) async throws { await kept.add(Array(buffer.readableBytesView)) }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
