import RepriseModel
import RepriseSystem
import RepriseTracking

/// A file that arrives in parts, in any order and several at once, as a folder beside the objects.
///
/// It lives on disk alone, so that parts may come to another process than the first. One that nobody completes is swept by
/// `gc` an hour after its last part.
package struct PartedUpload: Sendable {
    package static let mostParts = 10_000

    /// 32 hexadecimal digits that nobody can guess.
    package let id: String
    private let objects: ObjectStore

    private var folder: String { "\(objects.folder)/unfinished/parts-\(id)" }
    private var mark: String { folder + "/whole" }

    fileprivate init(id: String, objects: ObjectStore) {
        self.id = id
        self.objects = objects
    }

    /// Keeps what the upload took in as the part with that number, from 1, in place of an earlier one; its digest.
    package func take(_ upload: ObjectUpload, as number: Int) throws -> Digest {
        let digest = upload.digest()
        let earlier = try part(number)
        try upload.finish(movingTo: "\(folder)/\(number).\(digest)")
        if let earlier, earlier != "\(number).\(digest)" { try objects.files.remove("\(folder)/\(earlier)") }
        return digest
    }

    /// Puts the parts one after another into one object. On disk when this returns; the same again gives the same.
    ///
    /// `tags` are what `take` gave; an empty one stands for whichever part of that number there is.
    package func complete(_ parts: [(number: Int, tag: String)], limit: Int64 = .max) throws -> StoredObject {
        if let known = try whole() { return known }
        var names: [String] = []
        for (number, tag) in parts.sorted(by: { $0.number < $1.number }) {
            guard let name = try part(number), tag.isEmpty || name == "\(number).\(tag)" else {
                throw PartedUploadError.missingPart(number)
            }
            names.append(name)
        }
        let whole = try objects.upload(limit: limit)
        for name in names { try append("\(folder)/\(name)", to: whole) }
        let object = try whole.finish()
        try objects.files.write("\(object.digest) \(object.bytes)", to: mark)
        for name in names { try objects.files.remove("\(folder)/\(name)") }
        return object
    }

    package func abort() throws { try objects.files.remove(folder) }

    /// What an earlier call made of the parts.
    private func whole() throws -> StoredObject? {
        guard try objects.files.exists(mark) else { return nil }
        let words = try objects.files.text(mark).split(separator: " ")
        guard words.count == 2, let digest = Digest(words[0]), let bytes = Int64(words[1]) else { return nil }
        return StoredObject(digest: digest, bytes: bytes)
    }

    private func append(_ part: String, to whole: ObjectUpload) throws {
        var offset: Int64 = 0
        while true {
            let piece = try objects.files.read(part, offset: offset, count: 1 << 20)
            if piece.isEmpty { return }
            try whole.append(piece)
            offset += Int64(piece.count)
        }
    }

    private func part(_ number: Int) throws -> String? {
        try objects.files.names(in: folder).first { $0.hasPrefix("\(number).") }
    }
}

extension ObjectStore {
    /// Begins a file that will arrive in parts.
    package func beginParts() throws -> PartedUpload {
        let path = try unfinishedPath()
        let upload = PartedUpload(id: lastName(of: path), objects: self)
        try files.makeFolder("\(folder)/unfinished/parts-\(upload.id)")
        return upload
    }

    /// The upload that `beginParts` began. Throws where there is none of that id any more.
    package func parts(_ id: String) throws -> PartedUpload {
        guard RunID(id) != nil, try files.exists("\(folder)/unfinished/parts-\(id)") else {
            throw PartedUploadError.unknown(String(id.prefix(40)))
        }
        return PartedUpload(id: id, objects: self)
    }
}

package enum PartedUploadError: RepriseError, Hashable {
    case unknown(String)
    case missingPart(Int)

    package var what: String {
        switch self {
        case .unknown(let id): "no upload `\(id)`"
        case .missingPart(let number): "part \(number) of the upload is not there"
        }
    }
    package var why: String? {
        switch self {
        case .unknown: "it was aborted, or nothing was added to it for an hour"
        case .missingPart: "it never arrived, or with another content than the `etag` says"
        }
    }
    package var fix: String? { "upload the file again" }
    package var code: String { "upload-incomplete" }
    package var fault: Fault { .usage }
}
