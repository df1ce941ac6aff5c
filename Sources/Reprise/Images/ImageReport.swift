import RepriseImages
import RepriseModel

/// An image that runs or pins refer to, and where it is.
public struct ImageReport: Hashable, Sendable {
    /// What people called it, the one that is pinned first; empty where only a snapshot knows it by content.
    public var references: [String]
    public var image: ImageIdentity
    /// The engines of this machine that have it.
    public var engines: [String]
    /// The file by which the store keeps it; nil where it does not.
    public var keptPath: String?
    /// Bytes of that file.
    public var keptBytes: Int64?
    /// How many runs execute steps in it; the newest ten of them.
    public var runs: Int
    public var newestRuns: [RunID]
    /// The references by which `reprise.lock` of the folder pins it.
    public var pins: [String]
    /// What its reference means in its registry now, where that was asked and is another image.
    public var moved: ImageIdentity?

    init(_ known: KnownImages.Known, engines: [EngineKind]) {
        references = Array(known.references)
        image = known.image
        self.engines = engines.map(\.rawValue)
        keptPath = known.kept?.path
        keptBytes = known.kept?.bytes
        runs = known.runs
        newestRuns = known.newestRuns
        pins = known.pins
    }

    /// Nothing here has it any more: only a registry, or nobody.
    public var isMissing: Bool { engines.isEmpty && keptPath == nil }
}

/// An image that was made ready.
public struct PulledImage: Hashable, Sendable {
    /// As it was written.
    public var reference: String
    public var image: ImageIdentity
    /// The engine that has it.
    public var engine: String
    /// `reprise.lock` has it under this reference.
    public var isPinned: Bool
    /// What the reference was pinned to before.
    public var before: Digest?
}
