import RepriseModel
import RepriseSystem

extension ImageShelf {
    /// What a reference, as a person wrote it, means now. Relative paths count from `folder`.
    ///
    /// A registry is asked for what a name stands for, whatever an engine has under that name; where no answer comes, the
    /// engine's own image of that name counts, then the one that is kept, and only where there is neither is the engine
    /// told to fetch it. An image for another
    /// kind of processor is refused. Nothing is put into an engine otherwise: that is `ensure`.
    package func resolve(
        _ text: String,
        from folder: String,
        on engine: any ContainerEngine,
        progress: @escaping @Sendable (ImageProgress) -> Void = { _ in }
    ) async throws -> ImageIdentity {
        let source = try ImageSource(text, from: folder)
        let image = try await resolve(source, text, on: engine, progress: progress)
        if let its = image.architecture, !its.isEmpty, its != machineArchitecture {
            throw EngineError.wrongArchitecture(text, image: its, machine: machineArchitecture)
        }
        return image
    }

    private func resolve(
        _ source: ImageSource,
        _ text: String,
        on engine: any ContainerEngine,
        progress: @escaping @Sendable (ImageProgress) -> Void
    ) async throws -> ImageIdentity {
        switch source {
        case .registry(let reference):
            return try await resolve(reference, text, on: engine, progress: progress)
        case .dockerArchive(let path, _), .ociArchive(let path, _), .ociLayout(let path, _):
            return try await archived(source, text, path)
        case .file(let path):
            let (id, architecture) = try file(path, text)
            return ImageIdentity(format: .sif, id: id, reference: text, architecture: architecture)
        case .engine(let name, let kind):
            let found = try await stored(name, of: kind, engine, text)
            return ImageIdentity(id: found.id, reference: text, architecture: found.architecture)
        }
    }

    /// What the archive holds now; its place is remembered for `ensure`.
    private func archived(_ source: ImageSource, _ text: String, _ path: String) async throws -> ImageIdentity {
        guard let archive = ImageArchive(source, files: files, processes: processes) else {
            throw EngineError.imageMissing(text, words: "it is no archive")
        }
        let status = try origins.status(path)
        let image = try await archive.image()
        if let status { try origins.remember(image.id, Self.text(of: source), at: path, status) }
        return ImageIdentity(id: image.id, reference: text, architecture: image.architecture)
    }

    /// The source with its absolute path, as `ImageSource` reads it.
    static func text(of source: ImageSource) -> String {
        switch source {
        case .dockerArchive(let path, let tag): "docker-archive:\(path)" + (tag.map { ":" + $0 } ?? "")
        case .ociArchive(let path, let tag): "oci-archive:\(path)" + (tag.map { ":" + $0 } ?? "")
        case .ociLayout(let path, let tag): "oci:\(path)" + (tag.map { ":" + $0 } ?? "")
        case .file(let path): path
        case .registry(let reference): (reference.isFile ? "oras://" : "docker://") + reference.description
        case .engine(let name, _): name
        }
    }

    /// SHA-256 of a `.sif`, read only where it looks other than it did the last time, and what it is made for.
    private func file(_ path: String, _ text: String) throws -> (id: Digest, architecture: String?) {
        guard let status = try files.status(path), status.kind != .folder else {
            throw EngineError.imageMissing(text, words: "there is no file `\(path)`")
        }
        guard let header = SIFHeader(try files.read(path, offset: 0, count: SIFHeader.length)) else {
            throw ImageArchiveMistake.unreadable(path, "it does not begin as a `.sif` file does")
        }
        if let known = origins.known(path, at: path) { return (known, header.architecture) }
        let id = try files.digest(path).digest
        if let after = try files.status(path), after == status, status.kind == .file {
            try origins.remember(id, path, at: path, status)
        }
        return (id, header.architecture)
    }

    /// An image that has a name in engines only: in the one that is used, or in another of this machine.
    private func stored(
        _ name: String,
        of kind: EngineKind?,
        _ engine: any ContainerEngine,
        _ text: String
    ) async throws -> LocalImage {
        if let kind, kind != engine.kind {
            if let found = try await search.engine(kind).find(name) { return found }
            throw EngineError.imageMissing(text, words: "`\(kind.rawValue)` has none of that name")
        }
        if let found = try await engine.find(name) { return found }
        for other in others(than: engine) where kind == nil {
            // An engine that does not work has nothing to offer.
            if let found = try? await other.find(name) { return found }
        }
        throw EngineError.imageMissing(text, words: "no engine of this machine has one of that name")
    }

    /// The OCI engines of this machine, but for that one.
    func others(than engine: any ContainerEngine) -> [any ContainerEngine] {
        [EngineKind.podman, .docker].filter { $0 != engine.kind }.compactMap { try? search.engine($0) }
    }
}

extension ImageShelf {
    private func resolve(
        _ reference: RegistryReference,
        _ text: String,
        on engine: any ContainerEngine,
        progress: @escaping @Sendable (ImageProgress) -> Void
    ) async throws -> ImageIdentity {
        let refusal: EngineError
        do {
            return try await registered(reference, text)
        } catch let error as EngineError {
            switch error {
            case .unreachable, .loginMissing, .imageMissing, .refused: refusal = error.naming(engine.kind)
            default: throw error
            }
        }
        for name in [reference.description, text] {
            guard !reference.isFile, reference.digest == nil, let found = try await engine.find(name) else { continue }
            progress(.line("\(refusal.what); the image that `\(engine.kind.rawValue)` has under this name is used"))
            return identity(found, reference, text)
        }
        if let kept = try kept().first(where: { Self.isSame($0.image, text, reference) }) {
            progress(.line("\(refusal.what); the image that is kept under this name is used"))
            var image = kept.image
            image.reference = text
            return image
        }
        guard !reference.isFile || engine.kind == .apptainer else { throw refusal }
        do {
            // Mirrors and registries without TLS are known to engines alone.
            let pulled = try await engine.pull(reference) { if isNews($0) { progress(.line($0)) } }
            return identity(pulled, reference, text)
        } catch is EngineError {
            throw refusal
        }
    }

    private static func isSame(_ image: ImageIdentity, _ text: String, _ reference: RegistryReference) -> Bool {
        if let digest = reference.digest {
            return image.manifest == digest && image.repository == reference.repository
        }
        guard let source = try? ImageSource(image.reference, from: "/") else { return false }
        return source == .registry(reference)
    }

    /// What the registry itself says.
    func registered(_ reference: RegistryReference, _ text: String) async throws -> ImageIdentity {
        let found = try await registry.resolve(reference)
        guard let id = found.file ?? found.config else {
            throw EngineError.imageMissing(text, words: "what the registry has under this name is no image")
        }
        let image = ImageIdentity(
            format: found.file == nil ? .oci : .sif,
            id: id,
            reference: text,
            repository: reference.repository,
            manifest: found.manifest,
            architecture: found.architecture
        )
        // What was pinned just now has not moved since.
        noteAnswer(of: reference, image)
        return image
    }

    private func identity(_ image: LocalImage, _ reference: RegistryReference, _ text: String) -> ImageIdentity {
        let manifest = reference.digest ?? image.manifests[reference.repository]
        return ImageIdentity(
            format: reference.isFile ? .sif : .oci,
            id: image.id,
            reference: text,
            repository: manifest == nil ? nil : reference.repository,
            manifest: manifest,
            architecture: image.architecture
        )
    }
}

extension EngineError {
    /// A missing login is given where the engine looks for it.
    func naming(_ kind: EngineKind) -> EngineError {
        if case .loginMissing(let host, _) = self { .loginMissing(host: host, kind) } else { self }
    }
}
