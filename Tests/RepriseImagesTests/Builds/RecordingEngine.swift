import Foundation
import RepriseModel
import RepriseSystem
import Synchronization

@testable import RepriseImages

/// An engine that builds by hashing what it is given, and remembers it.
final class RecordingEngine: ContainerEngine, ImageSupply {
    struct Memory {
        var images: Set<Digest> = []
        var orders: [BuildOrder] = []
        /// What lay in the context of each build: path and content.
        var contexts: [[String: String]] = []
        var recipes: [String] = []
        var resolved: [String] = []
        var tags: [String: Digest] = [:]
        /// Each tag's image in the registry.
        var registry: [String: Digest] = [:]
        /// Put into every image, so that building again gives another one.
        var salt = ""
        var failure: EngineError?
    }

    let kind: EngineKind
    let program = "/usr/bin/engine"
    let variables: [String: String] = [:]
    let memory = Mutex(Memory())

    init(_ kind: EngineKind = .podman) { self.kind = kind }

    func facts() async throws -> EngineFacts {
        EngineFacts(version: "1.0", isRootless: false, cgroups: 2, limitsMemory: true, limitsProcessors: true)
    }

    func find(_ name: String) async throws -> LocalImage? { nil }
    func holds(_ id: Digest) async -> Bool { memory.withLock { $0.images.contains(id) } }
    func execute(_ script: String, in image: String) async throws -> ProcessResult { ProcessResult(status: 0) }
    func pull(_ reference: RegistryReference, progress: @escaping @Sendable (String) -> Void) async throws -> LocalImage
    {
        throw EngineError.imageMissing(reference.description, words: "")
    }
    func load(_ archive: String) async throws -> LocalImage { throw EngineError.imageMissing(archive, words: "") }
    func save(_ image: LocalImage, to archive: String) async throws {}
    func push(_ image: LocalImage, to reference: RegistryReference, login: RegistryLogin?) async throws -> Digest {
        image.id
    }

    func tag(_ image: LocalImage, as name: String) async throws { memory.withLock { $0.tags[name] = image.id } }

    func build(_ order: BuildOrder, log: @escaping @Sendable (String) -> Void) async throws -> LocalImage {
        let files = LiveFileSystem()
        let recipe = try files.text(order.recipe)
        var context: [String: String] = [:]
        for entry in try LiveFileTree().walk(Array(order.context.utf8), followingLinks: false, enters: { _ in true })
        where entry.status.kind == .file {
            let path = String(decoding: entry.path, as: UTF8.self)
            context[path] = try files.text(order.context + "/" + path)
        }
        log("STEP 1")
        log("the last line")
        let found = context
        return try memory.withLock { memory in
            memory.orders.append(order)
            memory.recipes.append(recipe)
            memory.contexts.append(found)
            if let failure = memory.failure { throw failure }
            let content = recipe + memory.salt + found.sorted { $0.key < $1.key }.map { $0.key + $0.value }.joined()
            let id = SHA256Hasher.digest(of: content.utf8)
            memory.images.insert(id)
            return LocalImage(id: id, name: "sha256:\(id)", architecture: "amd64")
        }
    }

    func resolve(
        _ text: String,
        from folder: String,
        on engine: any ContainerEngine,
        progress: @escaping @Sendable (ImageProgress) -> Void
    ) async throws -> ImageIdentity {
        memory.withLock { memory in
            memory.resolved.append(text)
            return ImageIdentity(
                id: memory.registry[text] ?? SHA256Hasher.digest(of: text.utf8),
                reference: text
            )
        }
    }

    func ensure(
        _ image: ImageIdentity,
        on engine: any ContainerEngine,
        progress: @escaping @Sendable (ImageProgress) -> Void
    ) async throws -> String {
        guard image.recipe == nil else { throw EngineError.imageMissing(image.reference, words: "") }
        return kind == .apptainer ? "/images/\(image.id.short).sif" : "sha256:\(image.id)"
    }
}
