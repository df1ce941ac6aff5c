import RepriseModel
import RepriseSystem
import Synchronization

@testable import RepriseImages

/// An engine in memory, whose images are archives that real ones would read, too.
final class ShelfEngine: ContainerEngine {
    private struct State {
        var images: Set<Digest> = []
        var names: [String: Digest] = [:]
        var remote: [String: Digest] = [:]
        var pulls = 0
        var loads = 0
        var refusal: EngineError?
    }

    let kind: EngineKind
    let program = "/bin/engine"
    let variables: [String: String] = [:]
    private let state = Mutex(State())

    init(_ kind: EngineKind = .podman) { self.kind = kind }

    var pulls: Int { state.withLock { $0.pulls } }
    var loads: Int { state.withLock { $0.loads } }
    var names: [String: Digest] { state.withLock { $0.names } }

    func put(_ id: Digest, _ name: String? = nil) {
        state.withLock { state in
            state.images.insert(id)
            if let name { state.names[name] = id }
        }
    }

    func drop(_ id: Digest) { state.withLock { _ = $0.images.remove(id) } }
    func offer(_ id: Digest, as reference: String) { state.withLock { $0.remote[reference] = id } }
    func refuse(_ error: EngineError?) { state.withLock { $0.refusal = error } }

    func facts() async throws -> EngineFacts {
        EngineFacts(version: "1", isRootless: false, cgroups: 2, limitsMemory: true, limitsProcessors: true)
    }

    func find(_ name: String) async throws -> LocalImage? {
        state.withLock { state in
            let id = name.hasPrefix("sha256:") ? Digest(name.dropFirst(7)) : state.names[name]
            return id.flatMap { state.images.contains($0) ? LocalImage(id: $0, name: "sha256:\($0)") : nil }
        }
    }

    func holds(_ id: Digest) async -> Bool { state.withLock { $0.images.contains(id) } }
    func execute(_ script: String, in image: String) async throws -> ProcessResult { ProcessResult(status: 0) }

    func pull(_ reference: RegistryReference, progress: @escaping @Sendable (String) -> Void) async throws -> LocalImage
    {
        try await ContinuousClock().sleep(for: .milliseconds(30))
        return try state.withLock { state in
            state.pulls += 1
            if let refusal = state.refusal { throw refusal }
            guard let id = state.remote[reference.address] else {
                throw EngineError.imageMissing(reference.description, words: "not there")
            }
            state.images.insert(id)
            return LocalImage(id: id, name: "sha256:\(id)")
        }
    }

    func load(_ archive: String) async throws -> LocalImage {
        guard
            let reader = ImageArchive(
                .dockerArchive(archive, tag: nil),
                files: LiveFileSystem(),
                processes: LiveProcessRunner()
            )
        else { throw EngineError.imageMissing(archive, words: "") }
        let id = try await reader.image().id
        state.withLock { state in
            state.loads += 1
            state.images.insert(id)
        }
        return LocalImage(id: id, name: "sha256:\(id)")
    }

    func save(_ image: LocalImage, to archive: String) async throws {
        try await SampleArchive.write(image.id, to: archive)
    }

    func tag(_ image: LocalImage, as name: String) async throws { put(image.id, name) }

    func build(_ order: BuildOrder, log: @escaping @Sendable (String) -> Void) async throws -> LocalImage {
        throw EngineError.missing(kind)
    }

    func push(_ image: LocalImage, to reference: RegistryReference, login: RegistryLogin?) async throws -> Digest {
        image.id
    }
}

/// Archives of images without layers, made by the system's own `tar`.
enum SampleArchive {
    static let configuration = #"{"architecture":"\#(machineArchitecture)","os":"linux","note":"sample"}"#
    static var id: Digest { digest(configuration) }

    static func write(_ id: Digest, to archive: String, tags: [String] = []) async throws {
        let text = id == self.id ? configuration : "other"
        let names = tags.map { "\"\($0)\"" }.joined(separator: ",")
        try await write(
            [
                "manifest.json": #"[{"Config":"\#(id).json","RepoTags":[\#(names)],"Layers":[]}]"#, "\(id).json": text,
            ],
            to: archive
        )
    }

    static func write(_ members: [String: String], to archive: String) async throws {
        let files = LiveFileSystem()
        let folder = archive + ".members"
        for (name, text) in members {
            try files.makeFolder(RepriseSystem.folder(of: folder + "/" + name))
            try files.write(text, to: folder + "/" + name)
        }
        let names = Set(members.keys.compactMap { $0.split(separator: "/").first.map(String.init) }).sorted()
        let result = try await LiveProcessRunner().run(Invocation("tar", ["-cf", archive, "-C", folder] + names))
        try files.remove(folder)
        precondition(result.status == 0)
    }
}
