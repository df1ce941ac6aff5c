import HTTPTypes
import Hummingbird
import OrderedCollections
import RepriseModel
import RepriseStore
import RepriseTracking

/// Uploads in parts, and downloads by a URL of their own, for clients that are told to use them. The URLs lead back here.
enum PartRoutes {
    static func routes(_ prefix: String) -> [HTTPRoute] {
        let parts = prefix + "/mlflow-artifacts/mpu"
        return [
            HTTPRoute(.post, parts + "/create/{path...}") { try await create($0, $1, prefix: parts) },
            HTTPRoute(.put, parts + "/parts/{upload}/{number}", respond: take),
            HTTPRoute(.post, parts + "/complete/{path...}", respond: complete),
            HTTPRoute(.post, parts + "/abort/{path...}", respond: abort),
            HTTPRoute(.get, prefix + "/mlflow-artifacts/presigned/{path...}") {
                try await locate($0, $1, prefix: prefix)
            },
        ]
    }

    private static func create(_ call: HTTPCall, _ state: ServerState, prefix: String) async throws -> Response {
        let fields = try await fields(of: call)
        _ = try target(of: call, fields)
        let count = try fields.optionalInteger("num_parts") ?? 1
        guard 1...Int64(PartedUpload.mostParts) ~= count else {
            throw MLflowError.invalid("num_parts must be a number from 1 to \(PartedUpload.mostParts)")
        }
        let upload = try await blocking { try state.store.objects.beginParts() }
        let base = try baseURL(of: call.request)
        let headers = credentials(of: call.request)
        let parts: [Value] = (1...count)
            .map { number in
                let url = "\(base)\(prefix)/parts/\(upload.id)/\(number)"
                return .map(["url": .string(url), "part_number": .integer(number), "headers": headers])
            }
        return Response(json: Value.map(["upload_id": .string(upload.id), "credentials": .list(parts)]).jsonBytes())
    }

    private static func take(_ call: HTTPCall, _ state: ServerState) async throws -> Response {
        guard let number = call.path["number"].flatMap(Int.init), 1...PartedUpload.mostParts ~= number else {
            throw MLflowError.invalid("part_number must be a number from 1 to \(PartedUpload.mostParts)")
        }
        let id = call.path["upload"] ?? ""
        let parts = try await blocking { try state.store.objects.parts(id) }
        let upload = try await ArtifactReceiving(state: state, request: call.request).upload()
        let digest = try await blocking { try parts.take(upload, as: number) }
        return Response(status: .ok, headers: [.eTag: "\"\(digest)\""])
    }

    private static func complete(_ call: HTTPCall, _ state: ServerState) async throws -> Response {
        let fields = try await fields(of: call)
        let path = try target(of: call, fields)
        let id = try fields.text("upload_id")
        let parts = try fields.objects("parts")
            .map { part in
                let tag = try part.optionalText("etag") ?? ""
                return (number: Int(try part.integer("part_number")), tag: tag.filter { $0 != "\"" })
            }
        let limit = state.limits.artifact
        let object = try await blocking { try state.store.objects.parts(id).complete(parts, limit: limit) }
        try await state.store.putArtifact(object, at: path)
        return Response(json: Array("{}".utf8))
    }

    private static func abort(_ call: HTTPCall, _ state: ServerState) async throws -> Response {
        let fields = try await fields(of: call)
        _ = try target(of: call, fields)
        let id = try fields.text("upload_id")
        try await blocking { try state.store.objects.parts(id).abort() }
        return Response(json: Array("{}".utf8))
    }

    /// Where to get a file in ranges.
    private static func locate(_ call: HTTPCall, _ state: ServerState, prefix: String) async throws -> Response {
        let path = try safePath(call.path["path"] ?? "")
        let finding = try await blocking { try state.store.artifact(at: path) }
        guard case .file(let object) = finding else { throw MLflowError.missing("No such artifact: '\(path)'") }
        let tail = path.names.map(percentEncoded).joined(separator: "/")
        let url = "\(try baseURL(of: call.request))\(prefix)/mlflow-artifacts/artifacts/\(tail)"
        return Response(
            json:
                Value.map([
                    "url": .string(url), "headers": credentials(of: call.request), "file_size": .integer(object.bytes),
                ])
                .jsonBytes()
        )
    }

    /// The file's own name stands in the body, its folder in the path.
    private static func target(of call: HTTPCall, _ fields: RequestFields) throws -> ArtifactPath {
        let folder = try safePath(call.path["path"] ?? "")
        // Clients send the path that the file has on their machine.
        let name = try fields.text("path").split(separator: "/").last.map(String.init) ?? ""
        let path = folder.appending(try safePath(name))
        guard path != folder else { throw MLflowError.invalid("Invalid path") }
        return path
    }

    private static func fields(of call: HTTPCall) async throws -> RequestFields {
        try RequestFields(json: try await call.body(upTo: 4 << 20))
    }

    /// Under which URL the client has reached this server. A proxy that ends HTTPS tells so.
    private static func baseURL(of request: Request) throws -> String {
        guard let authority = request.head.authority, !authority.isEmpty else {
            throw MLflowError.invalid("The request has no Host header.")
        }
        let forwarded = HTTPField.Name("X-Forwarded-Proto").flatMap { request.headers[$0] }
        return "\(forwarded == "https" ? "https" : "http")://\(authority)"
    }

    /// What the client has shown of itself, to be shown again with each part.
    private static func credentials(of request: Request) -> Value {
        request.headers[.authorization].map { .map(["Authorization": .string($0)]) } ?? .map([:])
    }
}
