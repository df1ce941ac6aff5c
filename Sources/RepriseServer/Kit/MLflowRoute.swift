import HTTPTypes
import NIOCore
import OrderedCollections
import RepriseModel

/// One call of the MLflow API.
///
/// `path` is below `/api/2.0/mlflow`, and the same call answers below `/ajax-api/2.0/mlflow`: `runs/create`,
/// `logged-models/{model_id}/tags/{key}`. A `{name}` stands for one part of the path, which arrives as a field.
struct MLflowRoute: Sendable {
    typealias Respond = @Sendable (MLflowRequest, ServerState) async throws -> MLflowReply

    var method: HTTPRequest.Method
    var path: String
    var version: String
    /// The fields are left empty, because the route reads the body itself.
    var readsBody: Bool
    var respond: Respond

    init(
        _ method: HTTPRequest.Method,
        _ path: String,
        version: String = "2.0",
        readsBody: Bool = false,
        respond: @escaping Respond
    ) {
        self.method = method
        self.path = path
        self.version = version
        self.readsBody = readsBody
        self.respond = respond
    }
}

/// What a client asks for.
struct MLflowRequest: Sendable {
    /// The JSON body of POST, PUT, PATCH and DELETE or the arguments of GET, and the path's own parts.
    let fields: RequestFields
    /// The body as it came.
    let body: ByteBuffer

    init(fields: RequestFields = RequestFields([:]), body: ByteBuffer = ByteBuffer()) {
        self.fields = fields
        self.body = body
    }
}

/// What a client is answered where nothing went wrong.
enum MLflowReply: Sendable {
    /// NaN and the infinities become the strings that clients read. Leave fields out that have MLflow's default.
    case value(Value)
    /// A document that the route has written itself, by a `JSONWriter`.
    case json([UInt8])
    /// `{}`
    case empty
}

extension MLflowReply {
    /// A document that is one object.
    static func object(_ body: (inout JSONWriter) throws -> Void) rethrows -> MLflowReply {
        var writer = JSONWriter()
        try writer.object(body)
        return .json(writer.bytes)
    }

    var bytes: [UInt8] {
        switch self {
        case .value(let value): value.jsonBytes()
        case .json(let bytes): bytes
        case .empty: Array("{}".utf8)
        }
    }
}
