import HTTPTypes
import Hummingbird
import NIOCore
import RepriseModel
import RepriseStore
import RepriseSystem

/// The body of a request on its way into the objects: hashed and written piece by piece, while the next piece arrives.
struct ArtifactReceiving: Sendable {
    let state: ServerState
    let request: Request

    /// Takes in the whole body. Nothing of it stays where this throws.
    func upload() async throws -> ObjectUpload {
        let length = request.headers[.contentLength].flatMap(Int64.init)
        let limit = state.limits.artifact
        if let length, length > limit { throw tooLarge(limit) }
        let objects = state.store.objects
        let folder = state.store.folder.objects
        let upload = try await blocking {
            let free = try state.store.files.freeSpace(folder)
            // What the database needs to write down anything at all stays free.
            if let length, length + reservedBytes > free {
                throw fileError("write", folder, Int32(28))
            }
            return try objects.upload(limit: limit)
        }
        do {
            let received = try await receive(into: upload)
            // A connection that breaks looks like the end of the body.
            guard length == nil || length == received else {
                throw MLflowError(.badRequest, "The body ended after \(received) of \(length ?? 0) bytes.")
            }
            return upload
        } catch let error as ObjectTooLarge {
            upload.abandon()
            throw tooLarge(error.limit)
        } catch {
            upload.abandon()
            if error is MLflowError || error is any RepriseError || error is CancellationError { throw error }
            throw MLflowError(.badRequest, "The body of the request broke off.")
        }
    }

    private func receive(into upload: ObjectUpload) async throws -> Int64 {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var piece: [UInt8] = []
            var received: Int64 = 0
            var isWriting = false
            for try await part in request.body {
                received += Int64(part.readableBytes)
                piece.append(contentsOf: part.readableBytesView)
                guard piece.count >= pieceBytes else { continue }
                // One at a time, so that the client waits when the disk is slow.
                if isWriting { try await group.next() }
                let full = piece
                group.addTask { try await blocking { try upload.append(full) } }
                isWriting = true
                piece = []
                piece.reserveCapacity(pieceBytes + (64 << 10))
            }
            if isWriting { try await group.next() }
            let rest = piece
            if !rest.isEmpty { try await blocking { try upload.append(rest) } }
            return received
        }
    }

    private func tooLarge(_ limit: Int64) -> MLflowError {
        MLflowError(
            .invalidParameterValue,
            "The artifact is larger than the \(Quantities.text(bytes: limit)) that this server takes of one file.",
            status: .contentTooLarge
        )
    }
}

/// Bytes of the disk that uploads leave free.
private let reservedBytes: Int64 = 64 << 20
