import RepriseModel
import RepriseSystem

/// An engine with a store of images by name, whose client takes the words that Docker's did first: Podman and Docker.
protocol StoringEngine: ContainerEngine {
    associatedtype Arguments: StoringEngineArguments
    var command: EngineCommand { get }
    /// The id of this process's user.
    var user: Int { get }
}

/// What the client of such an engine is told.
protocol StoringEngineArguments {
    static func execute(_ script: String, in image: String, user: Int) -> [String]
    static func save(_ id: Digest, to archive: String) -> [String]
}

extension StoringEngineArguments {
    static func inspect(_ name: String) -> [String] { ["image", "inspect", name] }

    static func load(_ archive: String) -> [String] { ["load", "--input", archive] }

    static func tag(_ id: Digest, as name: String) -> [String] { ["tag", "sha256:\(id)", name] }

    /// The words that give a build its arguments and labels, and end it with what it is made from.
    static func content(of order: BuildOrder) -> [String] {
        order.arguments.sorted { $0.key < $1.key }.flatMap { ["--build-arg", "\($0.key)=\($0.value)"] }
            + order.labels.sorted { $0.key < $1.key }.flatMap { ["--label", "\($0.key)=\($0.value)"] }
            + ["--file", order.recipe, order.context]
    }
}

extension StoringEngine {
    package func find(_ name: String) async throws -> LocalImage? {
        let arguments = Arguments.inspect(name)
        let result = try await command.result(arguments)
        if result.status == 0 { return InspectedImage.first(in: result.output)?.image }
        let error = command.error(result, arguments, for: EngineErrand(image: name, work: "look for the image"))
        if case .imageMissing = error { return nil }
        throw error
    }

    package func execute(_ script: String, in image: String) async throws -> ProcessResult {
        let arguments = Arguments.execute(script, in: image, user: user)
        let result = try await command.result(arguments)
        // 125 is the engine's own failure, 126 and 127 the shell that is not there.
        guard result.status == 125 else { return result }
        throw command.error(result, arguments, for: EngineErrand(image: image, work: "start a container"))
    }

    package func load(_ archive: String) async throws -> LocalImage {
        let errand = EngineErrand(image: archive, work: "load the image")
        let result = try await command.succeed(Arguments.load(archive), for: errand)
        return try await expect(PodmanReply.loaded(result.text).first ?? archive)
    }

    package func save(_ image: LocalImage, to archive: String) async throws {
        let errand = EngineErrand(image: image.name, work: "save the image")
        try await command.succeed(Arguments.save(image.id, to: archive), for: errand)
    }

    package func tag(_ image: LocalImage, as name: String) async throws {
        let errand = EngineErrand(image: image.name, work: "name the image")
        try await command.succeed(Arguments.tag(image.id, as: name), for: errand)
    }

    /// What the engine has just told that it has.
    func expect(_ name: String) async throws -> LocalImage {
        if let image = try await find(name) { return image }
        throw EngineError.imageMissing(name, words: "the engine had it a moment ago")
    }
}
