import RepriseModel
import RepriseSystem

/// Docker 20.10 or newer, whose daemon this user may speak with.
package struct Docker: StoringEngine {
    typealias Arguments = DockerArguments

    package let kind = EngineKind.docker
    package let program: String
    package let variables: [String: String] = [:]
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
        command = EngineCommand(kind: .docker, program: program, processes: processes)
    }

    package func facts() async throws -> EngineFacts {
        let errand = EngineErrand(work: "ask the engine")
        let result = try await command.succeed(DockerArguments.info, for: errand)
        if let words = try DockerReply.refusal(result.output) {
            let failed = ProcessResult(status: 1, errors: Array(words.utf8))
            throw command.error(failed, DockerArguments.info, for: errand)
        }
        if try DockerReply.namesByManifest(result.output) { throw Self.otherNames }
        return try DockerReply.facts(result.output)
    }

    private static let otherNames = Mistake(
        "this Docker keeps its images in containerd",
        why: "it then names them by another digest than other engines, so that the frozen one cannot be asked for",
        fix:
            "set `\"features\": {\"containerd-snapshotter\": false}` in /etc/docker/daemon.json, or use `engine: podman`",
        code: "engine-store"
    )

    package func id(of name: String) async throws -> Digest? {
        // Root's again, and beside the folder of the images.
        if let list = storage.map({ folder(of: folder(of: folder(of: $0))) + "/repositories.json" }),
            let bytes = try? files.read(list, limit: 64 << 20), let id = DockerReply.id(of: name, in: bytes)
        {
            return id
        }
        return try await find(name)?.id
    }

    package func holds(_ id: Digest) async -> Bool {
        // The daemon's folder is root's; others ask.
        if let storage, let isThere = try? files.exists("\(storage)/\(id)"), isThere { return true }
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
        try await command.succeed(DockerArguments.pull(reference), for: errand) { progress($0) }
        return try await expect(reference.address)
    }

    package func build(_ order: BuildOrder, log: @escaping @Sendable (String) -> Void) async throws -> LocalImage {
        let errand = EngineErrand(image: order.name, work: "build the image")
        // Without its plug-in `buildx`, the client has the classic builder alone, and refuses to begin where another is
        // asked for.
        let hasBuildKit = try await command.result(["buildx", "version"]).status == 0
        let variables = hasBuildKit ? [:] : ["DOCKER_BUILDKIT": "0"]
        let arguments = DockerArguments.build(order)
        try await command.build(arguments, recipe: order.recipe, for: errand, variables: variables, log: log)
        return try await expect(order.name)
    }

    package func push(
        _ image: LocalImage,
        to reference: RegistryReference,
        login: RegistryLogin?
    ) async throws -> Digest {
        let address = reference.address
        // Docker sends what bears the registry's name; a name that was not there before goes again afterwards.
        let former = try await find(address)
        try await tag(image, as: address)
        do {
            let digest = try await send(reference, login)
            // Whoever sent the same meanwhile may have taken the name away.
            do { try await rename(address, back: former, from: image) } catch EngineError.imageMissing {}
            return digest
        } catch {
            // What kept it from being sent counts more than a name too many.
            try? await rename(address, back: former, from: image)
            throw error
        }
    }

    private func send(_ reference: RegistryReference, _ login: RegistryLogin?) async throws -> Digest {
        let errand = EngineErrand(image: reference.description, host: reference.host, work: "send the image")
        return try await TransientFolder(files: files, trees: trees)
            .with { folder in
                if let login {
                    try files.write(login.file(for: reference.host), to: folder + "/config.json", mode: 0o600)
                }
                let arguments = DockerArguments.push(reference, login: login == nil ? nil : folder)
                let result = try await command.succeed(arguments, for: errand)
                guard let digest = DockerReply.pushed(result.text) else {
                    throw command.error(result, arguments, for: errand)
                }
                return digest
            }
    }

    private func rename(_ address: String, back former: LocalImage?, from image: LocalImage) async throws {
        guard let former else {
            try await command.succeed(DockerArguments.untag(address), for: EngineErrand(work: "take the name away"))
            return
        }
        if former.id != image.id { try await tag(former, as: address) }
    }
}
