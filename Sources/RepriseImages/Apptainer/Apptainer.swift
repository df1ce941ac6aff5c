import RepriseModel
import RepriseSystem

/// Asks a registry what stands behind a reference, as `RegistryClient.resolve` does.
package typealias RegistryLook = @Sendable (RegistryReference, RegistryLogin?) async throws -> RegistryImage

/// Apptainer, by its command. It has no store of its own: its images are `.sif` files, and ours lie in one folder.
///
/// An image in layers becomes a file once, named by the image's id. Whatever is made appears by renaming; what a killed
/// process leaves half made is removed by the next that makes something.
package struct Apptainer: ContainerEngine {
    package let kind = EngineKind.apptainer
    package let program: String
    package let variables: [String: String] = [:]
    let files: any FileSystem
    let processes: any ProcessRunner
    let folder: SIFFolder
    let drafts: SIFDrafts
    let user: Int
    let registry: RegistryLook?

    /// `folder` is where its images lie; it need not exist yet. `user` is the id of this process's user. Without
    /// `registry`, images in layers cannot be fetched, and nothing can be sent.
    package init(
        program: String,
        files: any FileSystem,
        trees: any FileTree = LiveFileTree(),
        processes: any ProcessRunner,
        folder: String,
        user: Int,
        registry: RegistryLook? = nil
    ) {
        self.program = program
        self.files = files
        self.processes = processes
        self.folder = SIFFolder(path: folder, files: files)
        drafts = SIFDrafts(path: folder + "/drafts", files: files, trees: trees, processes: processes)
        self.user = user
        self.registry = registry
    }

    package func find(_ name: String) async throws -> LocalImage? {
        let own = name.hasPrefix("sha256:") ? Digest(name.dropFirst(7)) : Digest(name)
        if let own {
            guard folder.holds(own) else { return nil }
            let header = try folder.header(of: folder.file(of: own), named: name)
            return LocalImage(id: own, name: folder.file(of: own), architecture: header.architecture)
        }
        guard name.contains("/") || name.hasSuffix(".sif"), try files.exists(name) else { return nil }
        let header = try folder.header(of: name, named: name)
        return LocalImage(id: try folder.digest(of: name), name: name, architecture: header.architecture)
    }

    package func holds(_ id: Digest) async -> Bool { folder.holds(id) }

    package func execute(_ script: String, in image: String) async throws -> ProcessResult {
        let direct = try await run(ApptainerArguments.execute(script, in: image))
        guard ApptainerReply.isRefusal(direct) else { return direct }
        guard ApptainerReply.cannotMount(direct.errorText) else {
            throw error(direct, ApptainerArguments.execute(script, in: image), .execute(image: image))
        }
        return try await drafts.with { draft in
            let arguments = ApptainerArguments.execute(script, in: image, isUnpacked: true)
            let result = try await run(arguments, draft: draft)
            if ApptainerReply.isRefusal(result) { throw error(result, arguments, .execute(image: image)) }
            return result
        }
    }

    /// A file is its own archive.
    package func save(_ image: LocalImage, to archive: String) async throws {
        try files.copy(image.name, to: archive, mode: 0o644)
    }

    /// Nothing cleans up behind our back here.
    package func tag(_ image: LocalImage, as name: String) async throws {}

    // MARK: Commands

    /// Whatever it ends with. All that it puts aside goes into `draft`; nothing is kept in anybody's home. `wrapper` is
    /// a command that starts the one behind it.
    func run(
        _ arguments: [String],
        draft: String? = nil,
        from place: String = "/",
        through wrapper: [String] = [],
        variables: [String: String?] = [:],
        line: (@Sendable (String) -> Void)? = nil
    ) async throws -> ProcessResult {
        var all: [String: String?] = [:]
        for name in Self.unwanted { all.updateValue(nil, forKey: name) }
        if let draft {
            for name in ["TMPDIR", "APPTAINER_TMPDIR", "SINGULARITY_TMPDIR"] { all.updateValue(draft, forKey: name) }
            for name in ["APPTAINER_CACHEDIR", "SINGULARITY_CACHEDIR"] {
                all.updateValue(draft + "/cache", forKey: name)
            }
        }
        let words = wrapper + [program] + arguments
        let invocation = Invocation(
            words[0],
            Array(words.dropFirst()),
            folder: place,
            variables: all.merging(variables) { _, given in given }
        )
        do {
            if let line { return try await processes.run(invocation, line: line) }
            return try await processes.run(invocation)
        } catch is ProgramMissing {
            throw EngineError.missing(.apptainer)
        }
    }

    func error(_ result: ProcessResult, _ arguments: [String], _ errand: ApptainerErrand) -> EngineError {
        let command = (["apptainer"] + arguments).map(shellQuoted).joined(separator: " ")
        return ApptainerReply.error(result, command: command, for: errand)
    }

    /// What people set for containers that they start themselves.
    private static let unwanted = ["APPTAINER", "SINGULARITY"]
        .flatMap { name in
            ["BIND", "BINDPATH", "MOUNT", "CONTAIN", "WRITABLE_TMPFS", "WORKDIR", "OVERLAY", "NV", "ROCM", "NETWORK"]
                .map { "\(name)_\($0)" }
        }
}
