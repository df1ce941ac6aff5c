import RepriseModel
import RepriseSystem

/// Podman 4.2 or newer, as root or as a normal user.
package struct Podman: ContainerEngine {
    package let kind = EngineKind.podman
    package let program: String
    package let variables: [String: String] = [:]
    /// Where it puts blobs while it fetches them; nil for its own place.
    private var temporary: String?
    private let files: any FileSystem
    private let trees: any FileTree
    private let storage: String?
    private let user: Int
    private let command: EngineCommand

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

    package func find(_ name: String) async throws -> LocalImage? {
        let arguments = PodmanArguments.inspect(name)
        let result = try await command.result(arguments)
        if result.status == 0 { return InspectedImage.first(in: result.output)?.image }
        let error = command.error(result, arguments, for: EngineErrand(image: name, work: "look for the image"))
        if case .imageMissing = error { return nil }
        throw error
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

    package func execute(_ script: String, in image: String) async throws -> ProcessResult {
        let arguments = PodmanArguments.execute(script, in: image, user: user)
        let result = try await command.result(arguments)
        // 125 is podman's own failure, 126 and 127 the shell that is not there.
        guard result.status == 125 else { return result }
        throw command.error(result, arguments, for: EngineErrand(image: image, work: "start a container"))
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
        return try await expect("sha256:\(id)", errand)
    }

    package func load(_ archive: String) async throws -> LocalImage {
        let errand = EngineErrand(image: archive, work: "load the image")
        let result = try await command.succeed(PodmanArguments.load(archive), for: errand)
        return try await expect(PodmanReply.loaded(result.text).first ?? archive, errand)
    }

    package func save(_ image: LocalImage, to archive: String) async throws {
        let errand = EngineErrand(image: image.name, work: "save the image")
        try await command.succeed(PodmanArguments.save(image.id, to: archive), for: errand)
    }

    package func tag(_ image: LocalImage, as name: String) async throws {
        let errand = EngineErrand(image: image.name, work: "name the image")
        try await command.succeed(PodmanArguments.tag(image.id, as: name), for: errand)
    }

    package func build(_ order: BuildOrder, log: @escaping @Sendable (String) -> Void) async throws -> LocalImage {
        let errand = EngineErrand(image: order.name, work: "build the image")
        let result = try await command.build(PodmanArguments.build(order), recipe: order.recipe, for: errand, log: log)
        return try await expect(PodmanReply.lastID(result.text).map { "sha256:\($0)" } ?? order.name, errand)
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

    /// What the engine has just told that it has.
    private func expect(_ name: String, _ errand: EngineErrand) async throws -> LocalImage {
        if let image = try await find(name) { return image }
        throw EngineError.imageMissing(name, words: "the engine had it a moment ago")
    }
}
