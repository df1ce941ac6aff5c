import RepriseModel
import RepriseSystem

extension ImageShelf {
    /// Puts the image into the store as a file. One that is kept already and whole is only looked at.
    package func keep(
        _ image: ImageIdentity,
        from engine: any ContainerEngine,
        progress: @escaping @Sendable (ImageProgress) -> Void = { _ in }
    ) async throws -> KeptImage {
        try sweep()
        let lock = "\(image.id)-file"
        return try await locks.held(lock, doing: "keeps `\(image.reference)`", progress: progress) {
            if let kept = try kept(image.id), try files.digest(kept.path).digest == kept.digest { return kept }
            let draft = try draft(lock)
            do {
                let written = try await write(image, from: engine, to: draft, progress)
                return try put(image, written)
            } catch {
                // Whatever is left there is removed by the next one, too.
                _ = try? self.draft(lock)
                throw error
            }
        }
    }

    /// Those that are kept, by what they were called.
    package func kept() throws -> [KeptImage] {
        guard try files.exists(folder) else { return [] }
        return try files.names(in: folder)
            .filter { $0.hasSuffix(".json") }
            .compactMap { try Digest($0.dropLast(5)).flatMap(kept) }
            .sorted { ($0.image.reference, $0.image.id) < ($1.image.reference, $1.image.id) }
    }

    /// Removes the file of a kept image. One that is not kept is no mistake.
    package func release(_ id: Digest) throws {
        for ending in ["json", "tar", "sif"] { try files.remove("\(folder)/\(id).\(ending)") }
    }

    /// The kept one with that id; nil where there is none, or where its file has gone.
    package func kept(_ id: Digest) throws -> KeptImage? {
        guard let bytes = try? files.read("\(folder)/\(id).json", limit: 1 << 20),
            let record = try? Value(json: bytes[...]).decode(Record.self)
        else { return nil }
        let path = "\(folder)/\(record.file)"
        guard try files.exists(path) else { return nil }
        return KeptImage(image: record.image, path: path, bytes: record.bytes, digest: record.sha256, kept: record.kept)
    }

    private struct Record: Codable {
        var image: ImageIdentity
        var file: String
        var bytes: Int64
        var sha256: Digest
        var kept: Timestamp
    }

    /// Renames the file into place; the record comes last, and without it there is no kept image.
    private func put(_ image: ImageIdentity, _ draft: String) throws -> KeptImage {
        let (digest, bytes) = try files.digest(draft)
        let record = Record(
            image: image,
            file: "\(image.id)." + (draft.hasSuffix(".sif") ? "sif" : "tar"),
            bytes: bytes,
            sha256: digest,
            kept: clock.now()
        )
        try release(image.id)
        try files.makeDurable([draft])
        let path = "\(folder)/\(record.file)"
        try files.rename(draft, to: path)
        let text = try Value(encoding: record).json(pretty: true) + "\n"
        try files.write(Array(text.utf8), to: "\(folder)/\(image.id).json", mode: 0o644, durable: true)
        return KeptImage(image: image, path: path, bytes: bytes, digest: digest, kept: record.kept)
    }

    /// Writes and checks it; hands back the file.
    private func write(
        _ image: ImageIdentity,
        from engine: any ContainerEngine,
        to draft: String,
        _ progress: @Sendable (ImageProgress) -> Void
    ) async throws -> String {
        guard image.format == .oci else {
            guard let path = try await present(image, on: engine) else {
                throw ImageShelfMistake.notHere(image.reference, engine.kind)
            }
            try files.copy(path, to: draft + ".sif", mode: 0o644)
            let found = try files.digest(draft + ".sif").digest
            guard found == image.id else { throw mismatch(image, found) }
            return draft + ".sif"
        }
        let holders = engine.kind == .apptainer ? others(than: engine) : [engine] + others(than: engine)
        for holder in holders where await holder.holds(image.id) {
            progress(.line("saving it from `\(holder.kind.rawValue)`"))
            try await holder.save(LocalImage(id: image.id, name: "sha256:\(image.id)"), to: draft + ".tar")
            let archive = ImageArchive(.dockerArchive(draft + ".tar", tag: nil), files: files, processes: processes)
            guard let found = try await archive?.image().id, found == image.id else {
                throw mismatch(image, try await archive?.image().id ?? image.id)
            }
            return draft + ".tar"
        }
        // Apptainer has it converted only, which is what it executes again.
        guard engine.kind == .apptainer, let found = try await engine.find("sha256:\(image.id)") else {
            throw ImageShelfMistake.notHere(image.reference, engine.kind)
        }
        try await engine.save(found, to: draft + ".sif")
        return draft + ".sif"
    }

    private func mismatch(_ image: ImageIdentity, _ found: Digest) -> EngineError {
        .digestMismatch(image.reference, expected: "sha256:\(image.id)", found: "sha256:\(found)")
    }
}
