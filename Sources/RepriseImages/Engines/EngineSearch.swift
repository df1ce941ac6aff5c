import RepriseModel
import RepriseSystem

/// Finds the container engines of this machine, and remembers what they told about themselves.
///
/// Starting an engine's client takes longer than all else that a run waits for. What it said is therefore kept in a file
/// of the store, and asked anew when its program, its user, its settings or the machine's boot have changed.
package struct EngineSearch: Sendable {
    package let files: any FileSystem
    private let trees: any FileTree
    package let processes: any ProcessRunner
    /// Of the environment; decides PATH and with whom an engine's client speaks.
    package let variables: [String: String]
    private let cache: String
    private let user: Int
    private let http: any HTTPClient

    /// `cache` is the file `cache/engines.json` of the store; `user` the id of this process's user. Without
    /// `http`, registries are asked through curl.
    package init(
        files: any FileSystem,
        trees: any FileTree = LiveFileTree(),
        processes: any ProcessRunner,
        variables: [String: String],
        cache: String,
        user: Int,
        http: (any HTTPClient)? = nil
    ) {
        self.files = files
        self.trees = trees
        self.processes = processes
        self.variables = variables
        self.cache = cache
        self.user = user
        self.http = http ?? CurlHTTPClient(processes: processes, entropy: LiveEntropy())
    }

    /// The engine of that kind, without asking it anything; `EngineError.missing` where PATH has none.
    package func engine(_ kind: EngineKind) throws -> any ContainerEngine {
        guard let program = program(kind) else { throw EngineError.missing(kind) }
        return try make(kind, program: program, storage: memory.facts(of: key(program))?.storage)
    }

    /// The first that is here and works. Where none works, what keeps the first from it is thrown.
    package func firstWorking(
        _ kinds: [EngineKind] = EngineKind.allCases
    ) async throws -> (engine: any ContainerEngine, facts: EngineFacts) {
        var reason: (any Error)?
        for kind in kinds {
            guard let program = program(kind) else { continue }
            do {
                let facts = try await facts(of: make(kind, program: program, storage: nil))
                return (try make(kind, program: program, storage: facts.storage), facts)
            } catch {
                reason = reason ?? error
            }
        }
        if let reason { throw reason }
        throw kinds.count == 1 ? EngineError.missing(kinds[0]) : EngineError.noneFound(kinds)
    }

    /// What the engine told when it was asked last, or tells now.
    package func facts(of engine: any ContainerEngine) async throws -> EngineFacts {
        let key = key(engine.program)
        if let facts = memory.facts(of: key) { return facts }
        let facts = try await engine.facts()
        memory.remember(facts, of: key)
        return facts
    }

    /// Forgets what the engine told, so that it is asked again: something it said has turned out not to hold any more.
    package func forget(_ engine: any ContainerEngine) { memory.remember(nil, of: key(engine.program)) }

    private var memory: EngineMemory { EngineMemory(path: cache, files: files) }

    private func make(_ kind: EngineKind, program: String, storage: String?) throws -> any ContainerEngine {
        switch kind {
        case .podman:
            return Podman(
                program: program,
                files: files,
                trees: trees,
                processes: processes,
                user: user,
                storage: storage
            )
        case .docker:
            return Docker(
                program: program,
                files: files,
                trees: trees,
                processes: processes,
                user: user,
                storage: storage
            )
        case .apptainer:
            let registry = RegistryClient(http: http, files: files, processes: processes, variables: variables)
            return Apptainer(
                program: program,
                files: files,
                processes: processes,
                // Beside what the shelf of the same store has.
                folder: folder(of: folder(of: cache)) + "/images/apptainer",
                user: user,
                registry: { try await registry.resolve($0, login: $1) }
            )
        }
    }

    private func program(_ kind: EngineKind) -> String? {
        let path = variables["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        return path.split(separator: ":").lazy.map { "\($0)/\(kind.rawValue)" }
            .first { path in
                // What cannot be looked at cannot be started.
                guard path.hasPrefix("/"), let status = try? files.status(resolved(path)) else { return false }
                return status.kind == .file && status.mode & 0o111 != 0
            }
    }

    private func resolved(_ path: String) -> String {
        var path = path
        for _ in 0..<40 {
            guard let target = try? files.linkTarget(path) else { return path }
            path = absolutePath(target, from: folder(of: path))
        }
        return path
    }

    /// Everything that may change what an engine says of itself, beside its own settings files.
    private func key(_ program: String) -> String {
        let status = try? files.status(resolved(program))
        let boot = (try? files.text("/proc/sys/kernel/random/boot_id")) ?? ""
        let settings = Self.settings.map { "\($0)=\(variables[$0] ?? "")" }
        let parts = [program, "\(status?.modified ?? 0)", "\(status?.bytes ?? 0)", "\(user)", boot] + settings
        return SHA256Hasher.digest(of: parts.joined(separator: "\n").utf8).description
    }

    private static let settings = [
        "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "CONTAINER_HOST", "CONTAINER_CONNECTION", "CONTAINERS_CONF",
        "CONTAINERS_STORAGE_CONF", "STORAGE_DRIVER", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "HOME",
    ]
}
