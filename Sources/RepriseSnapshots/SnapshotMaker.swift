import OrderedCollections
import RepriseModel
import RepriseSystem

/// What a snapshot is to be taken of.
package struct SnapshotRequest: Sendable {
    package var project: String
    /// The experiment's folder; absolute.
    package var folder: String
    package var rules: CodeRules
    package var data: [DataRequest]
    /// Names of data that may differ from `reprise.lock`.
    package var accepting: Set<String>
    package var commands: [Command]
    /// The experiment's own variables, without those that hold credentials.
    package var variables: [String: String]
    package var name: String?

    package init(
        project: String,
        folder: String,
        rules: CodeRules = CodeRules(),
        data: [DataRequest] = [],
        accepting: Set<String> = [],
        commands: [Command] = [],
        variables: [String: String] = [:],
        name: String? = nil
    ) {
        self.project = project
        self.folder = folder
        self.rules = rules
        self.data = data
        self.accepting = accepting
        self.commands = commands
        self.variables = variables
        self.name = name
    }
}

/// A snapshot, and what only this machine knows about it.
package struct MadeSnapshot: Sendable {
    package var record: SnapshotRecord
    /// The data with their paths here, in the order of the request.
    package var data: [DataItem]
    /// Where interpreters lie here, for `MachineProbe`.
    package var places: Mapping
    package var project: ProjectFolder
}

/// Code and data that were taken in, and wait for the environments in which they are executed.
package struct SnapshotParts: Sendable {
    package var request: SnapshotRequest
    package var code: CapturedCode
    /// With their paths here, in the order of the request.
    package var data: [DataItem]
    package var project: ProjectFolder
    package var now: Timestamp
}

package enum SnapshotProgress: Hashable, Sendable {
    /// Files.
    case code(done: Int, total: Int)
    /// Bytes.
    case data(done: Int64, total: Int64)
}

/// The identity of a snapshot: SHA-256 of its manifest as canonical JSON (keys sorted, no space).
package func identity(of manifest: SnapshotManifest) throws -> Digest {
    SHA256Hasher.digest(of: try Value(encoding: manifest).canonical.jsonBytes())
}

/// Takes snapshots: code, data and environment as they are now, in the store when this returns.
package struct SnapshotMaker: Sendable {
    let store: String
    package let repository: SnapshotRepository
    private let host: any HostProbe
    private let clock: any WallClock
    private let variables: [String: String]

    /// `store` is the store's folder; `variables` those of this process.
    package init(
        store: String,
        files: any FileSystem,
        trees: any FileTree,
        processes: any ProcessRunner,
        host: any HostProbe,
        clock: any WallClock,
        variables: [String: String]
    ) {
        self.store = store
        self.host = host
        self.clock = clock
        self.variables = variables
        let search = ProgramSearch(files: files, path: variables["PATH"] ?? "/usr/local/bin:/usr/bin:/bin", folder: "/")
        repository = SnapshotRepository(
            path: store + "/snapshots.git",
            files: files,
            trees: trees,
            processes: processes,
            git: search.find("git") ?? "git"
        )
    }

    private var files: any FileSystem { repository.files }

    package var dataCapture: DataCapture {
        DataCapture(
            cache: store + "/cache/data",
            files: files,
            trees: repository.trees,
            clock: clock,
            width: host.facts().processors
        )
    }

    package var environmentProbe: EnvironmentProbe {
        EnvironmentProbe(
            files: files,
            processes: repository.processes,
            host: host,
            variables: variables,
            memory: store + "/cache/programs.json"
        )
    }

    package var machineProbe: MachineProbe {
        MachineProbe(
            files: files,
            processes: repository.processes,
            host: host,
            memory: store + "/cache/gpus.json",
            clock: clock
        )
    }

    package var checkouts: Checkouts { Checkouts(folder: store + "/checkouts", repository: repository) }

    package var codeArchives: CodeArchives {
        CodeArchives(
            folder: store + "/parcels",
            checkouts: checkouts,
            files: files,
            trees: repository.trees,
            processes: repository.processes
        )
    }

    package var workspaceChanges: WorkspaceChanges {
        WorkspaceChanges(checkouts: checkouts, files: files, trees: repository.trees)
    }

    package var workspaces: Workspaces {
        let facts = host.facts()
        let overlay = OverlayMount(
            files: files,
            trees: repository.trees,
            processes: repository.processes,
            user: facts.user,
            group: facts.group
        )
        return Workspaces(checkouts: checkouts, repository: repository, overlay: overlay)
    }

    /// Takes the snapshot of something that is executed on the host. Nothing of it is kept where anything throws; taking
    /// the same one again changes nothing.
    package func make(
        _ request: SnapshotRequest,
        progress: @escaping @Sendable (SnapshotProgress) -> Void = { _ in }
    ) async throws -> MadeSnapshot {
        async let environment = environmentProbe.read(
            commands: request.commands,
            folder: request.folder,
            declared: request.variables
        )
        let parts = try await capture(request, progress: progress)
        let reading = try await environment
        let record = try await record(parts, environment: reading.fingerprint)
        return MadeSnapshot(record: record, data: parts.data, places: reading.places, project: parts.project)
    }

    /// Takes in code and data. They belong to no snapshot before `record` has made one of them.
    package func capture(
        _ request: SnapshotRequest,
        progress: @escaping @Sendable (SnapshotProgress) -> Void = { _ in }
    ) async throws -> SnapshotParts {
        let now = clock.now()
        let project = try projectRoot(of: request.folder, store: store, files: files)
        // Data first: their lock is part of the code.
        let data = try await dataCapture.capture(request.data, in: request.folder, accepting: request.accepting) {
            progress(.data(done: $0, total: $1))
        }
        let capture = CodeCapture(repository: repository, project: project, rules: request.rules, store: store)
        let code = try await capture.capture(progress: { progress(.code(done: $0, total: $1)) }, now: now)
        return SnapshotParts(request: request, code: code, data: data, project: project, now: now)
    }

    /// Makes a snapshot of what was captured and the environments in which it is to be executed: `steps` are those of
    /// steps that have another one than `environment`.
    package func record(
        _ parts: SnapshotParts,
        environment: EnvironmentFingerprint,
        steps: [String: EnvironmentFingerprint] = [:]
    ) async throws -> SnapshotRecord {
        let manifest = SnapshotManifest(
            code: parts.code.tree,
            data: parts.data.map { DataDigest(name: $0.name, digest: $0.digest, bytes: $0.bytes, files: $0.files) },
            environment: environment,
            steps: steps.isEmpty ? nil : steps
        )
        let id = try identity(of: manifest)
        let commit = try await repository.keep(
            manifest,
            id: id,
            parent: parts.code.historyCommit,
            project: parts.request.project,
            parts.now
        )
        return SnapshotRecord(
            id: id,
            name: parts.request.name,
            project: parts.request.project,
            commit: commit,
            projectCommit: parts.code.projectCommit,
            isDirty: parts.code.isDirty,
            manifest: manifest,
            createdAt: parts.now
        )
    }
}

extension SnapshotRepository {
    /// The commit that holds the snapshot's code, in front of the project's history; made where there is none yet.
    fileprivate func keep(
        _ manifest: SnapshotManifest,
        id: Digest,
        parent: String?,
        project: String,
        _ now: Timestamp
    ) async throws -> String {
        let reference = path + "/refs/reprise/snapshots/\(id)"
        if let commit = try commit(of: id) { return commit }
        let message = "\(project): snapshot \(id.short)\n\n\(try Value(encoding: manifest).canonical.json())\n"
        let date = "@\(now.milliseconds / 1000) +0000"
        var variables: [String: String?] = [:]
        for role in ["AUTHOR", "COMMITTER"] {
            variables["GIT_\(role)_NAME"] = "Reprise"
            variables["GIT_\(role)_EMAIL"] = "reprise@localhost"
            variables["GIT_\(role)_DATE"] = date
        }
        let arguments = ["commit-tree", manifest.code.tree] + (parent.map { ["-p", $0] } ?? [])
        let result = try await run(arguments, input: Array(message.utf8), variables: variables)
        let commit = String(result.text.prefix { $0 != "\n" })
        try files.makeFolder(RepriseSystem.folder(of: reference))
        try files.write(Array((commit + "\n").utf8), to: reference, mode: 0o644, durable: true)
        return commit
    }

    /// The commit under which the snapshot is kept; nil where there is none.
    package func commit(of id: Digest) throws -> String? {
        let name = "refs/reprise/snapshots/\(id)"
        if try files.exists(path + "/" + name) {
            let text = try files.text(path + "/" + name).prefix { $0 != "\n" }
            return isObjectName(text) ? String(text) : nil
        }
        guard try files.exists(path + "/packed-refs") else { return nil }
        let line = try files.text(path + "/packed-refs").split(separator: "\n").first { $0.hasSuffix(" " + name) }
        return line.map { String($0.prefix { $0 != " " }) }
    }

    /// Forgets the snapshot; its objects go with the next `collect`. Forgetting twice is fine.
    package func forget(_ id: Digest) async throws {
        let arguments = ["update-ref", "-d", "refs/reprise/snapshots/\(id)"]
        _ = try await run(arguments)
    }

    /// Removes objects that no snapshot and no project's history needs any more and that are older than two weeks; a
    /// capture that is under way keeps its own.
    package func collect() async throws {
        guard try files.exists(folder + "/gitconfig") else { return }
        // An index would count on objects that are about to go: the next capture makes it anew.
        if try files.exists(folder + "/projects") {
            for name in try files.names(in: folder + "/projects") {
                let place = CapturePlace(folder: folder + "/projects/" + name)
                try await trees.locked(place.lock) {
                    try files.remove(place.index)
                    try files.remove(place.memory)
                }
            }
        }
        _ = try await run(["gc", "--quiet", "--prune=2.weeks.ago"])
    }
}
