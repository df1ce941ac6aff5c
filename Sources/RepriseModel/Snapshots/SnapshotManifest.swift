import OrderedCollections

/// What a run executes from, by content. Its identity is the SHA-256 of its canonical JSON.
public struct SnapshotManifest: Hashable, Sendable, Codable {
    public var version = 1
    public var code: CodeTree
    /// Sorted by name.
    public var data: [DataDigest]
    public var environment: EnvironmentFingerprint
    /// The environments of those steps that have another one than the experiment's; nil where none has.
    public var steps: [String: EnvironmentFingerprint]?

    public init(
        code: CodeTree,
        data: [DataDigest],
        environment: EnvironmentFingerprint,
        steps: [String: EnvironmentFingerprint]? = nil
    ) {
        self.code = code
        self.data = data.sorted { $0.name < $1.name }
        self.environment = environment
        self.steps = steps
    }
}

/// The code, as a tree in the store's git repository.
public struct CodeTree: Hashable, Sendable, Codable {
    /// The git tree object: names, modes, symbolic links and contents of every file.
    public var tree: String
    /// Folders without files, which git does not keep. Sorted.
    public var emptyFolders: [String]
    /// Folder of the experiment file below the tree's root, where commands run; empty for the root.
    public var folder: String

    public init(tree: String, emptyFolders: [String] = [], folder: String = "") {
        self.tree = tree
        self.emptyFolders = emptyFolders.sorted()
        self.folder = folder
    }
}

/// A data item's content, without the path at which this machine has it.
public struct DataDigest: Hashable, Sendable, Codable {
    public var name: String
    public var digest: Digest
    public var bytes: Int64
    public var files: Int

    public init(name: String, digest: Digest, bytes: Int64, files: Int) {
        self.name = name
        self.digest = digest
        self.bytes = bytes
        self.files = files
    }
}

/// The software that the command meets. The machine itself is recorded beside each run, not here, so that the same
/// software on two machines is the same snapshot.
public struct EnvironmentFingerprint: Hashable, Sendable, Codable {
    /// `host` or `image`.
    public var kind: String
    /// Facts by name: `image` (the digest of an image's content, never its name), `system`, `interpreter`, `interpreter.version`, `package.numpy`, `variable.LANG`. Sorted by name.
    public var facts: Mapping

    public init(kind: String = "host", facts: Mapping = [:]) {
        self.kind = kind
        self.facts = facts
    }
}

/// The machine that a job ran on: system, kernel, CPU, memory, GPUs and driver, by name.
public struct MachineRecord: Hashable, Sendable, Codable {
    public var facts: Mapping

    public init(facts: Mapping) { self.facts = facts }
}

/// A snapshot as the store lists it.
public struct SnapshotRecord: Hashable, Sendable, Codable {
    public var id: Digest
    /// `<initials>/<project>/<year>-<month>-<day>/<nickname>`, where a person named it.
    public var name: String?
    public var project: String
    /// The commit in the store's git repository that holds the code and, behind it, the project's history.
    public var commit: String?
    /// The project's own commit when the snapshot was taken, and whether files differed from it.
    public var projectCommit: String?
    public var isDirty: Bool
    public var manifest: SnapshotManifest
    public var createdAt: Timestamp

    public init(
        id: Digest,
        name: String? = nil,
        project: String,
        commit: String? = nil,
        projectCommit: String? = nil,
        isDirty: Bool = false,
        manifest: SnapshotManifest,
        createdAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.project = project
        self.commit = commit
        self.projectCommit = projectCommit
        self.isDirty = isDirty
        self.manifest = manifest
        self.createdAt = createdAt
    }
}
