import RepriseModel
import RepriseSystem

/// Podman 4.2 or newer, as root or as a normal user.
package struct Podman: StoringEngine {
    typealias Arguments = PodmanArguments

    package let kind = EngineKind.podman
    package let program: String
    package let variables: [String: String] = [:]
    /// Where it puts blobs while it fetches them; nil for its own place.
    private var temporary: String?
    private let files: any FileSystem
    private let trees: any FileTree
    private let storage: String?
    let user: Int
    let command: EngineCommand

    /// `storage` is `EngineFacts.storage`, where it is known already; `user` the id of this process's user.
    package init(
        program: String,
        files: any FileSystem,
        trees: any FileTree,
        processes: any ProcessRunner,
        user: Int,
        storage: String? = nil
    ) {
        self.program = program
        self.files = files
        self.trees = trees
        self.storage = storage
        self.user = user
        command = EngineCommand(kind: .podman, program: program, processes: processes)
    }

    package func facts() async throws -> EngineFacts {
        let result = try await command.succeed(PodmanArguments.info, for: EngineErrand(work: "ask the engine"))
        return try PodmanReply.facts(result.output)
    }

    package func id(of name: String) async throws -> Digest? {
        if let storage, let bytes = try? files.read(storage + "/images.json", limit: 64 << 20),
            let id = PodmanReply.id(of: name, in: bytes)
        {
            return id
        }
        return try await find(name)?.id
    }

    /// See `fetching(in:)`.
    func writing(in folder: String) -> Podman {
        var copy = self
        copy.temporary = folder
        return copy
    }

    package func holds(_ id: Digest) async -> Bool {
        if let storage {
            // The manifest is among the last that is written of an image.
            let path = "\(storage)/\(id)/manifest"
            if let isThere = try? files.exists(path), isThere { return true }
        }
        // One that cannot be asked has nothing; why comes out as soon as it is needed.
        return (try? await find("sha256:\(id)")) != nil
    }

    package func pull(
        _ reference: RegistryReference,
        progress: @escaping @Sendable (String) -> Void
    ) async throws -> LocalImage {
        let errand = EngineErrand(
            image: reference.description,
            host: reference.host,
            work: "fetch the image",
            architecture: machineArchitecture
        )
        let arguments = PodmanArguments.pull(reference)
        let variables = temporary.map { ["TMPDIR": $0] } ?? [:]
        let result = try await command.succeed(arguments, for: errand, variables: variables) { progress($0) }
        guard let id = PodmanReply.lastID(result.text) else { throw command.error(result, arguments, for: errand) }
        return try await expect("sha256:\(id)")
    }

    package func build(_ order: BuildOrder, log: @escaping @Sendable (String) -> Void) async throws -> LocalImage {
        let errand = EngineErrand(image: order.name, work: "build the image")
        let result = try await command.build(PodmanArguments.build(order), recipe: order.recipe, for: errand, log: log)
        return try await expect(PodmanReply.lastID(result.text).map { "sha256:\($0)" } ?? order.name)
    }

    package func push(
        _ image: LocalImage,
        to reference: RegistryReference,
        login: RegistryLogin?
    ) async throws -> Digest {
        let errand = EngineErrand(image: reference.description, host: reference.host, work: "send the image")
        return try await TransientFolder(files: files, trees: trees)
            .with { folder in
                let digestFile = folder + "/digest"
                var loginFile: String?
                if let login {
                    loginFile = folder + "/auth.json"
                    try files.write(login.file(for: reference.host), to: folder + "/auth.json", mode: 0o600)
                }
                let arguments = PodmanArguments.push(image.id, to: reference, digest: digestFile, login: loginFile)
                let result = try await command.succeed(arguments, for: errand)
                let text = (try? files.text(digestFile)) ?? ""
                guard text.hasPrefix("sha256:"), let digest = Digest(text.dropFirst(7).prefix(64)) else {
                    throw command.error(result, arguments, for: errand)
                }
                return digest
            }
    }
}
