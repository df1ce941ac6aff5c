import RepriseModel
import RepriseSystem

extension Apptainer {
    package func load(_ archive: String) async throws -> LocalImage {
        let name = lastName(of: archive)
        if SIFHeader(try files.read(archive, offset: 0, count: SIFHeader.length)) != nil {
            _ = try folder.header(of: archive, named: name)
            return try await drafts.with { draft in
                try files.copy(archive, to: draft + "/image.sif", mode: 0o755)
                return try folder.takeIn(draft + "/image.sif", as: nil)
            }
        }
        let image = try await ArchivedImage.read(archive, processes)
        return try await drafts.with { draft in
            let source = try await source(of: archive, image.kind, in: draft)
            try await convert(source, in: draft, isPlain: false, errand: .load(name))
            return try folder.takeIn(draft + "/image.sif", as: image.id)
        }
    }

    /// The archive by a name without characters that mean something to Apptainer.
    private func source(of archive: String, _ kind: ArchivedImage.Kind, in draft: String) async throws -> String {
        if kind == .docker {
            try files.makeLink(draft + "/archive.tar", to: archive)
            return "docker-archive:\(draft)/archive.tar"
        }
        // Apptainer takes no archive that leaves out its folders.
        try files.makeFolder(draft + "/layout")
        let arguments = ["-xf", archive, "-C", draft + "/layout"]
        let result = try await processes.run(Invocation("tar", arguments))
        guard result.status == 0 else {
            let command = (["tar"] + arguments).map(shellQuoted).joined(separator: " ")
            throw ApptainerReply.error(result, command: command, for: .load(lastName(of: archive)))
        }
        return "oci:\(draft)/layout"
    }

    package func pull(
        _ reference: RegistryReference,
        progress: @escaping @Sendable (String) -> Void
    ) async throws -> LocalImage {
        guard let registry else { throw EngineError.unreachable(host: reference.host, words: "nobody may ask it") }
        let there = try await registry(reference, nil)
        let tell: @Sendable (String) -> Void = { line in
            if let shown = ApptainerReply.progress(line) { progress(shown) }
        }
        var exact = reference
        // The tag may move between the two questions.
        exact.digest = there.manifest
        var image = try await drafts.with { draft in
            if reference.isFile {
                try await fetch(exact, in: draft, progress: tell)
                return try folder.takeIn(draft + "/image.sif", as: nil)
            }
            let source = ApptainerArguments.address(exact)
            let isPlain = ApptainerArguments.isLoopback(reference.host)
            try await convert(source, in: draft, isPlain: isPlain, errand: .pull(reference), line: tell)
            return try folder.takeIn(draft + "/image.sif", as: there.config)
        }
        if reference.isFile, let file = there.file, file != image.id {
            throw EngineError.digestMismatch("\(reference)", expected: "sha256:\(file)", found: "sha256:\(image.id)")
        }
        image.manifests[reference.repository] = there.manifest
        return image
    }

    private func fetch(
        _ reference: RegistryReference,
        in draft: String,
        progress: @escaping @Sendable (String) -> Void
    ) async throws {
        let arguments = ApptainerArguments.pull(reference, to: draft + "/image.sif")
        let result = try await run(arguments, draft: draft, line: progress)
        if result.status != 0 { throw error(result, arguments, .pull(reference)) }
    }

    /// Makes `image.sif` in the draft's folder of layers that lie or are fetched elsewhere.
    private func convert(
        _ source: String,
        in draft: String,
        isPlain: Bool,
        errand: ApptainerErrand,
        line: (@Sendable (String) -> Void)? = nil
    ) async throws {
        var compression = ApptainerArguments.quickCompression
        while true {
            let file = draft + "/image.sif"
            let arguments = ApptainerArguments.convert(source, to: file, compression: compression, isPlain: isPlain)
            let result = try await run(arguments, draft: draft, line: line)
            if result.status == 0 { return }
            guard !compression.isEmpty, ApptainerReply.cannotCompress(result.errorText) else {
                throw error(result, arguments, errand)
            }
            compression = []
        }
    }
}
