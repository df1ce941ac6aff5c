import HTTPTypes
import Hummingbird
import NIOCore
import RepriseModel
import RepriseStore
import RepriseTracking

/// The answer that holds a file of the store, or the part of it that the request asks for.
///
/// A small file is read at once, so that what goes wrong is an answer; a large one goes out piece by piece.
struct ArtifactDownload: Sendable {
    let state: ServerState
    let path: ArtifactPath

    func response(to request: Request) async throws -> Response {
        let (state, path) = (state, path)
        let object = try await blocking { try Self.object(at: path, in: state.store) }
        var headers: HTTPFields = [
            .contentType: mediaType(of: path.name), .contentDisposition: attachment(named: path.name),
            .xContentTypeOptions: "nosniff", .acceptRanges: "bytes", .eTag: "\"\(object.digest)\"",
            .cacheControl: "no-cache",
        ]
        if request.headers[.ifNoneMatch] == headers[.eTag] { return Response(status: .notModified, headers: headers) }
        switch ByteRange.asked(by: request, of: object, tag: headers[.eTag]) {
        case .whole: return Response(status: .ok, headers: headers, body: try await body(of: object, 0..<object.bytes))
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(object.bytes)"
            return Response(status: .partialContent, headers: headers, body: try await body(of: object, range))
        case .outside:
            headers[.contentRange] = "bytes */\(object.bytes)"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
    }

    private static func object(at path: ArtifactPath, in store: Store) throws -> StoredObject {
        switch try store.artifact(at: path) {
        case .file(let object): return object
        case .folder: throw MLflowError.invalid("Artifact path refers to a directory, not a file: '\(path)'")
        case .nothing: throw MLflowError.missing("No such artifact: '\(path)'")
        }
    }

    private func body(of object: StoredObject, _ range: Range<Int64>) async throws -> ResponseBody {
        let pieces = ObjectPieces(objects: state.store.objects, object: object, range: range)
        if range.count <= pieceBytes { return ResponseBody(byteBuffer: try await pieces.piece(at: range.lowerBound)) }
        return ResponseBody(contentLength: range.count) { writer in
            try await pieces.write(to: &writer)
            try await writer.finish(nil)
        }
    }
}

/// A part of an object, read while the piece before goes out.
private struct ObjectPieces: Sendable {
    let objects: ObjectStore
    let object: StoredObject
    let range: Range<Int64>

    func piece(at offset: Int64) async throws -> ByteBuffer {
        let count = min(range.upperBound - offset, Int64(pieceBytes))
        guard count > 0 else { return ByteBuffer() }
        return try await blocking {
            let bytes = try objects.read(object.digest, offset: offset, count: Int(count))
            // Less than the row says: better no end than a wrong one.
            guard bytes.count == count else {
                throw StoreError.damagedObject(object.digest, path: objects.path(of: object.digest))
            }
            return ByteBuffer(bytes: bytes)
        }
    }

    func write(to writer: inout any ResponseBodyWriter) async throws {
        var start = range.lowerBound
        var piece = try await piece(at: start)
        while piece.readableBytes > 0 {
            let end = start + Int64(piece.readableBytes)
            async let next = self.piece(at: end)
            try await writer.write(piece)
            piece = try await next
            start = end
        }
    }
}

/// What `Range` asks for.
enum ByteRange: Hashable {
    case whole
    case part(Range<Int64>)
    /// No byte of the file is in it.
    case outside

    /// A single range of bytes; anything else means the whole file, as the standard allows.
    static func asked(by request: Request, of object: StoredObject, tag: String?) -> ByteRange {
        guard let text = request.headers[.range], request.method == .get else { return .whole }
        if let condition = request.headers[.ifRange], condition != tag { return .whole }
        return ByteRange(text, of: object.bytes)
    }

    init(_ text: String, of bytes: Int64) {
        self = .whole
        guard text.hasPrefix("bytes=") else { return }
        let ends = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, ends.contains(where: { !$0.isEmpty }) else { return }
        let numbers = ends.map { Int64($0) }
        if ends[0].isEmpty {
            guard let last = numbers[1], last >= 0 else { return }
            self = last == 0 || bytes == 0 ? .outside : .part(max(0, bytes - last)..<bytes)
            return
        }
        guard let first = numbers[0], first >= 0, ends[1].isEmpty || (numbers[1] ?? -1) >= first else { return }
        self = first >= bytes ? .outside : .part(first..<min(bytes, (numbers[1] ?? bytes - 1) + 1))
    }
}
