import HTTPTypes
import Hummingbird
import NIOCore
import RepriseModel

/// An answer that is no call of the MLflow API: bytes in, bytes out, as they come.
///
/// `path` is whole. `{name}` stands for one part of the path, and a last `{name...}` for all that follows, which may be
/// empty.
struct HTTPRoute: Sendable {
    typealias Respond = @Sendable (HTTPCall, ServerState) async throws -> Response

    var method: HTTPRequest.Method
    var path: String
    var respond: Respond

    init(_ method: HTTPRequest.Method, _ path: String, respond: @escaping Respond) {
        self.method = method
        self.path = path
        self.respond = respond
    }
}

/// One request with the parts of its path, percent escapes undone.
struct HTTPCall: Sendable {
    let request: Request
    let path: [String: String]
    /// The arguments of the query.
    let query: RequestFields

    /// The whole body, up to `limit` bytes.
    func body(upTo limit: Int) async throws -> ByteBuffer {
        try await collected(request.body, upTo: limit, length: request.headers[.contentLength].flatMap(Int.init))
    }
}

/// Reads a body to its end. Throws where it is longer than `limit`, at once where its head says so.
func collected(_ body: RequestBody, upTo limit: Int, length: Int?) async throws -> ByteBuffer {
    let tooLarge = MLflowError(
        .invalidParameterValue,
        "The body of the request is larger than the \(limit) bytes that this server takes.",
        status: .contentTooLarge
    )
    if let length, length > limit { throw tooLarge }
    var whole: ByteBuffer?
    for try await part in body {
        guard var collected = whole else {
            whole = part
            continue
        }
        if collected.readableBytes + part.readableBytes > limit { throw tooLarge }
        whole = nil
        if collected.writerIndex + part.readableBytes > collected.capacity, let length {
            collected.reserveCapacity(minimumWritableBytes: max(length - collected.readableBytes, part.readableBytes))
        }
        collected.writeImmutableBuffer(part)
        whole = collected
    }
    return whole ?? ByteBuffer()
}

extension Response {
    init(status: HTTPResponse.Status = .ok, json bytes: [UInt8]) {
        self.init(status: status, contentType: "application/json", bytes: bytes)
    }

    init(status: HTTPResponse.Status = .ok, text: String, contentType: String = "text/plain; charset=utf-8") {
        self.init(status: status, contentType: contentType, bytes: Array(text.utf8))
    }

    private init(status: HTTPResponse.Status, contentType: String, bytes: [UInt8]) {
        self.init(
            status: status,
            headers: [.contentType: contentType, .xContentTypeOptions: "nosniff"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
