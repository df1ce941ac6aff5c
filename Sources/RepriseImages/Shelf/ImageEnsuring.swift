import RepriseModel
import RepriseSystem

extension ImageShelf {
    /// Makes sure that the engine has exactly this image, and hands back what its command takes: `sha256:…`, or the path of
    /// a `.sif`. Of any number of processes one fetches it, and the others wait. Costs no engine call where it is there.
    ///
    /// Looked at in turn: the engine's own store, the file that is kept, the archive that it was read from, the registry by
    /// digest, the other engines of this machine.
    package func ensure(
        _ image: ImageIdentity,
        on engine: any ContainerEngine,
        progress: @escaping @Sendable (ImageProgress) -> Void = { _ in }
    ) async throws -> String {
        if image.format == .sif, engine.kind != .apptainer {
            throw ImageShelfMistake.format(image.reference, engine.kind)
        }
        if let name = try await present(image, on: engine) { return name }
        try sweep()
        let lock = "\(image.id)-\(engine.kind.rawValue)"
        let work = "fetches `\(image.reference)` for `\(engine.kind.rawValue)`"
        return try await locks.held(lock, doing: work, progress: progress) {
            if let name = try await present(image, on: engine) { return name }
            return try await ImageFetch(shelf: self, image: image, engine: engine, lock: lock, progress: progress)
                .name()
        }
    }

    /// What the engine's command takes, where everything is ready for it.
    func present(_ image: ImageIdentity, on engine: any ContainerEngine) async throws -> String? {
        guard engine.kind == .apptainer else { return await engine.holds(image.id) ? "sha256:\(image.id)" : nil }
        if await engine.holds(image.id), let found = try await engine.find("sha256:\(image.id)") { return found.name }
        guard let kept = try kept(image.id), kept.path.hasSuffix(".sif") else { return nil }
        // It was written once and has no other name: only a damage could have changed its content.
        return try files.status(kept.path)?.bytes == kept.bytes ? kept.path : nil
    }
}

/// One fetching of an image, under its lock.
struct ImageFetch {
    let shelf: ImageShelf
    let image: ImageIdentity
    let engine: any ContainerEngine
    let lock: String
    let progress: @Sendable (ImageProgress) -> Void

    func name() async throws -> String {
        var refusals: [any Error] = []
        for way in [fromKept, fromOrigin, fromRegistry, fromOthers] {
            do {
                guard let local = try await way() else { continue }
                guard local.id == image.id else {
                    throw EngineError.digestMismatch(
                        image.reference,
                        expected: "sha256:\(image.id)",
                        found: "sha256:\(local.id)"
                    )
                }
                return local.name
            } catch let error as CancellationError {
                throw error
            } catch let error as EngineError {
                // What no other way could mend either.
                switch error {
                case .diskFull, .daemonDown, .noPermission, .noUserNamespaces, .noUserRanges, .missing: throw error
                default: refusals.append(error)
                }
            } catch {
                refusals.append(error)
            }
            if let words = (refusals.last as? any RepriseError)?.what { progress(.line(words)) }
        }
        _ = try? shelf.draft(lock)
        if let first = refusals.first { throw first }
        throw EngineError.imageMissing(image.reference, words: absence)
    }

    private var absence: String {
        "neither `\(engine.kind.rawValue)` nor another engine of this machine has it, it is not kept, and "
            + (image.manifest == nil ? "no registry is known to have it" : "the registry was of no help")
    }

    private func fromKept() async throws -> LocalImage? {
        guard let kept = try shelf.kept(image.id) else { return nil }
        progress(.line("checking the kept file"))
        let found = try shelf.files.digest(kept.path).digest
        guard found == kept.digest else {
            throw EngineError.digestMismatch(kept.path, expected: "sha256:\(kept.digest)", found: "sha256:\(found)")
        }
        if kept.path.hasSuffix(".sif") {
            return engine.kind == .apptainer ? LocalImage(id: image.id, name: kept.path) : nil
        }
        return try await load(kept.path)
    }

    private func fromOrigin() async throws -> LocalImage? {
        guard let origin = shelf.origins.origin(of: image.id), try shelf.files.exists(origin.path),
            let source = try? ImageSource(origin.source, from: "/")
        else { return nil }
        // A copy, so that what happens to the person's file is of no matter to runs.
        if case .file(let path) = source { return try await engine.load(path) }
        guard let archive = ImageArchive(source, files: shelf.files, processes: shelf.processes) else { return nil }
        let found = try await archive.image()
        guard found.id == image.id else {
            throw EngineError.digestMismatch(
                image.reference,
                expected: "sha256:\(image.id)",
                found: "sha256:\(found.id)"
            )
        }
        if found.isPlain { return try await load(origin.path) }
        progress(.line("unpacking `\(lastName(of: origin.path))`"))
        let draft = try shelf.draft(lock)
        try await archive.repack(found, to: draft + ".tar", in: draft)
        let local = try await load(draft + ".tar")
        _ = try shelf.draft(lock)
        return local
    }

    private func fromRegistry() async throws -> LocalImage? {
        guard let manifest = image.manifest, let repository = image.repository,
            let slash = repository.firstIndex(of: "/")
        else { return nil }
        let reference = RegistryReference(
            host: String(repository[..<slash]),
            path: String(repository[repository.index(after: slash)...]),
            digest: manifest,
            isFile: image.format == .sif
        )
        let expected = try await check(reference)
        progress(.line("fetching `\(image.reference)`"))
        let draft = try shelf.draft(lock)
        try shelf.files.makeFolder(draft)
        let gauge = FetchGauge(folder: draft, expected: expected, files: shelf.files, progress: progress)
        do {
            let local = try await gauge.measuring {
                try await engine.fetching(in: draft).pull(reference) { gauge.hear($0) }
            }
            _ = try shelf.draft(lock)
            return local
        } catch let error as EngineError {
            throw error.naming(engine.kind)
        }
    }

    /// Asks the registry before the engine does, where it can be asked: whether it has the right image, and how big it is.
    private func check(_ reference: RegistryReference) async throws -> RegistryImage? {
        let found: RegistryImage
        do {
            found = try await shelf.registry.resolve(reference)
        } catch let error as EngineError {
            if case .digestMismatch = error { throw error }
            // Engines know mirrors and logins that we do not.
            return nil
        }
        let id = found.file ?? found.config
        guard id == image.id else {
            throw EngineError.digestMismatch(
                image.reference,
                expected: "sha256:\(image.id)",
                found: id.map { "sha256:\($0)" } ?? "no image"
            )
        }
        progress(.bytes(done: 0, total: found.bytes))
        guard let storage = (try? await shelf.search.facts(of: engine))?.storage,
            let free = try? shelf.files.freeSpace(storage), free < found.bytes
        else { return found }
        throw EngineError.diskFull(
            during: "fetch `\(image.reference)`",
            words: "it takes more than \(Quantities.text(bytes: found.bytes)), and \(storage) has "
                + "\(Quantities.text(bytes: free)) left"
        )
    }

    /// Over a docker-archive, which every engine writes and reads.
    private func fromOthers() async throws -> LocalImage? {
        guard image.format == .oci else { return nil }
        for other in shelf.others(than: engine) where await other.holds(image.id) {
            progress(.line("taking it over from `\(other.kind.rawValue)`"))
            let draft = try shelf.draft(lock) + ".tar"
            try await other.save(LocalImage(id: image.id, name: "sha256:\(image.id)"), to: draft)
            let local = try await load(draft)
            _ = try shelf.draft(lock)
            return local
        }
        return nil
    }

    private func load(_ archive: String) async throws -> LocalImage {
        progress(.line("loading it into `\(engine.kind.rawValue)`"))
        let local = try await engine.load(archive)
        if engine.kind != .apptainer, local.id == image.id {
            // An image without any name is what engines clean away first.
            try await engine.tag(local, as: "localhost/reprise:\(image.id.short)")
        }
        return local
    }
}

/// What a shelf cannot do.
enum ImageShelfMistake: RepriseError, Hashable {
    case format(String, EngineKind)
    case notHere(String, EngineKind)

    var what: String {
        switch self {
        case .format(let image, let engine): "`\(engine.rawValue)` cannot execute `\(image)`, which is a `.sif`"
        case .notHere(let image, let engine): "`\(engine.rawValue)` has no image `\(image)` that could be kept"
        }
    }

    var fix: String? {
        switch self {
        case .format: "run on a target with Apptainer, or name an image of a registry, which every engine executes"
        case .notHere: "fetch it first: `reprise image pull`"
        }
    }

    var code: String {
        switch self {
        case .format: "image-format"
        case .notHere: "image-missing"
        }
    }
}
