import OrderedCollections

/// What runs are gathered under. Clients of the MLflow API call it an experiment, and its number the experiment's id.
public struct Project: Hashable, Sendable {
    /// 0 is the project `Default`, which every store has.
    public var number: Int64
    public var name: String
    /// Where clients put artifacts, if not into the store.
    public var artifactLocation: String?
    public var createdAt: Timestamp
    /// When its name, its tags or its deletion changed last.
    public var updatedAt: Timestamp
    public var deletedAt: Timestamp?
    /// By name, in byte order. All values are text.
    public var tags: Mapping

    public init(
        number: Int64,
        name: String,
        artifactLocation: String? = nil,
        createdAt: Timestamp,
        updatedAt: Timestamp,
        deletedAt: Timestamp? = nil,
        tags: Mapping = [:]
    ) {
        self.number = number
        self.name = name
        self.artifactLocation = artifactLocation
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.deletedAt = deletedAt
        self.tags = tags
    }
}
