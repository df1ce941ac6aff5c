import OrderedCollections
import RepriseModel
import RepriseSystem

/// One image in a file or folder that engines and their friends write.
package struct ArchiveContent: Hashable, Sendable {
    /// See `ImageIdentity.id`.
    package var id: Digest
    package var architecture: String?
    /// The member that is the configuration, and those that are layers, in their order.
    var configuration: String
    var layers: [String]
    /// An engine takes the file as it is, and gives no name of somebody else's to it.
    var isPlain: Bool
}

/// Looks into archives and layouts of images, without an engine and without unpacking them.
struct ImageArchive: Sendable {
    let source: ImageSource
    let path: String
    private let tag: String?
    private let files: any FileSystem
    private let processes: any ProcessRunner

    /// Nil for sources of other kinds.
    init?(_ source: ImageSource, files: any FileSystem, processes: any ProcessRunner) {
        switch source {
        case .dockerArchive(let path, let tag), .ociArchive(let path, let tag), .ociLayout(let path, let tag):
            (self.path, self.tag) = (path, tag)
        case .registry, .file, .engine: return nil
        }
        self.source = source
        self.files = files
        self.processes = processes
    }

    /// The image that the source means; everything but the layers is read and checked.
    func image() async throws -> ArchiveContent {
        guard try files.exists(path) else {
            throw EngineError.imageMissing(path, words: "there is no file or folder of that name")
        }
        if case .dockerArchive = source { return try await docker() }
        return try await layout()
    }

    /// Writes the image alone, without any name, as a docker-archive that every engine takes.
    func repack(_ image: ArchiveContent, to archive: String, in draft: String) async throws {
        var place = path
        let members = [image.configuration] + image.layers
        if try !files.isFolder(path) {
            try files.makeFolder(draft)
            try await tar(["-xf", path, "-C", draft, "--"] + Set(members).sorted())
            place = draft
        }
        let manifest: Value = [
            [
                "Config": .string(image.configuration), "RepoTags": .null,
                "Layers": .list(image.layers.map { .string($0) }),
            ]
        ]
        let list = draft + ".list"
        try files.makeFolder(list)
        try files.write(manifest.json(), to: list + "/manifest.json")
        try await tar(
            ["-cf", archive, "-C", list, "manifest.json", "-C", place, "--dereference", "--"] + Set(members).sorted()
        )
        try files.remove(list)
        try files.remove(draft)
    }

    // MARK: docker-archive

    private struct Entry: Decodable {
        var config: String
        var tags: [String]?
        var layers: [String]?

        private enum CodingKeys: String, CodingKey {
            case config = "Config"
            case tags = "RepoTags"
            case layers = "Layers"
        }
    }

    private func docker() async throws -> ArchiveContent {
        let bytes = try await member("manifest.json")
        guard let entries = try? Value(json: bytes[...]).decode([Entry].self), !entries.isEmpty else {
            throw ImageArchiveMistake.unreadable(path, "`manifest.json` in it is not what it should be")
        }
        let entry = try choose(entries, name: { $0.tags ?? [] })
        let configuration = try await member(entry.config)
        let id = SHA256Hasher.digest(of: configuration)
        let name = lastName(of: entry.config).prefix { $0 != "." }
        if let claimed = Digest(name), claimed != id {
            throw EngineError.digestMismatch(path, expected: "sha256:\(claimed)", found: "sha256:\(id)")
        }
        return ArchiveContent(
            id: id,
            architecture: architecture(configuration),
            configuration: entry.config,
            layers: entry.layers ?? [],
            isPlain: entries.count == 1 && entry.tags?.isEmpty ?? true
        )
    }

    // MARK: oci

    private func layout() async throws -> ArchiveContent {
        var index = try await manifest(member("index.json"))
        for _ in 0..<3 {
            let entries = index.manifests ?? []
            let part: RegistryManifest.Part
            if let mine = index.entry(for: machineArchitecture), entries.allSatisfy({ $0.platform != nil }) {
                part = mine
            } else {
                part = try choose(entries) { [$0.annotations?["org.opencontainers.image.ref.name"]].compactMap { $0 } }
            }
            let next = try await manifest(blob(part.content))
            if let configuration = next.config?.content {
                let bytes = try await blob(configuration)
                return ArchiveContent(
                    id: configuration,
                    architecture: architecture(bytes),
                    configuration: "blobs/sha256/\(configuration)",
                    layers: (next.layers ?? []).compactMap(\.content).map { "blobs/sha256/\($0)" },
                    isPlain: false
                )
            }
            index = next
        }
        throw ImageArchiveMistake.unreadable(path, "its lists of images lead nowhere")
    }

    private func manifest(_ bytes: [UInt8]) throws -> RegistryManifest {
        if let manifest = try? RegistryManifest(json: bytes) { return manifest }
        throw ImageArchiveMistake.unreadable(path, "a manifest in it is not what it should be")
    }

    private func blob(_ digest: Digest?) async throws -> [UInt8] {
        guard let digest else { throw ImageArchiveMistake.unreadable(path, "a part of it has no SHA-256 digest") }
        let bytes = try await member("blobs/sha256/\(digest)")
        let found = SHA256Hasher.digest(of: bytes)
        if found == digest { return bytes }
        throw EngineError.digestMismatch(path, expected: "sha256:\(digest)", found: "sha256:\(found)")
    }

    // MARK: both

    private func choose<Entry>(_ entries: [Entry], name: (Entry) -> [String]) throws -> Entry {
        if let tag {
            let wanted = (try? RegistryReference(tag))?.description
            let fitting = entries.filter { entry in
                name(entry)
                    .contains { $0 == tag || wanted != nil && (try? RegistryReference($0))?.description == wanted }
            }
            if let first = fitting.first { return first }
            throw ImageArchiveMistake.noTag(path, tag, known: entries.flatMap(name))
        }
        guard entries.count == 1 else { throw ImageArchiveMistake.several(path, known: entries.flatMap(name)) }
        return entries[0]
    }

    private func architecture(_ configuration: [UInt8]) -> String? {
        struct Configuration: Decodable { var architecture: String? }
        return try? Value(json: configuration[...]).decode(Configuration.self).architecture
    }

    private func member(_ name: String) async throws -> [UInt8] {
        if case .ociLayout = source { return try files.read(path + "/" + name, limit: 16 << 20) }
        let result = try await processes.run(Invocation("tar", ["-xOf", path, "--", name], limit: 16 << 20))
        if result.status == 0 { return result.output }
        throw ImageArchiveMistake.unreadable(path, result.errorText.split(separator: "\n").first.map(String.init) ?? "")
    }

    private func tar(_ arguments: [String]) async throws {
        let result = try await processes.run(Invocation("tar", arguments))
        guard result.status != 0 else { return }
        let words = result.errorText.split(separator: "\n").prefix(3).joined(separator: "\n       ")
        if words.contains("No space left") || words.contains("quota exceeded") {
            throw EngineError.diskFull(during: "unpack the image", words: words)
        }
        throw ImageArchiveMistake.unreadable(path, words)
    }
}

/// An archive of images that cannot be used as it is.
enum ImageArchiveMistake: RepriseError, Hashable {
    case unreadable(String, String)
    case several(String, known: [String])
    case noTag(String, String, known: [String])

    var what: String {
        switch self {
        case .unreadable(let path, _): "cannot read an image from `\(path)`"
        case .several(let path, _): "there are several images in `\(path)`"
        case .noTag(let path, let tag, _): "there is no image `\(tag)` in `\(path)`"
        }
    }

    var why: String? {
        switch self {
        case .unreadable(_, let words): words.isEmpty ? nil : words
        case .several(_, let known), .noTag(_, _, let known):
            known.isEmpty ? "none of them has a name" : "it holds " + known.map { "`\($0)`" }.joined(separator: ", ")
        }
    }

    var fix: String? {
        switch self {
        case .unreadable:
            "`docker-archive:` is what `docker save` and `podman save` write, `oci-archive:` what `podman save --format oci-archive` does"
        case .several: "add the name of the one that is meant: `docker-archive:FILE:NAME`"
        case .noTag(_, let tag, let known): nearestName(to: tag, among: known).map { "did you mean `\($0)`?" }
        }
    }

    var code: String { "image-archive" }
}
