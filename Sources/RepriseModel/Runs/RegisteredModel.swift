import OrderedCollections

/// A name in the model registry, under which models are kept as numbered versions.
public struct RegisteredModel: Hashable, Sendable, Codable {
    /// The tag that tells a prompt, which clients keep in the registry too, from a model.
    public static let promptTag = "mlflow.prompt.is_prompt"

    public var name: String
    public var description: String?
    public var tags: Mapping
    /// Alias to version number, by alias.
    public var aliases: [ModelAlias]
    /// The newest version of each stage, by version.
    public var latestVersions: [ModelVersion]
    public var createdAt: Timestamp
    public var updatedAt: Timestamp

    public init(
        name: String,
        description: String? = nil,
        tags: Mapping = [:],
        aliases: [ModelAlias] = [],
        latestVersions: [ModelVersion] = [],
        createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.name = name
        self.description = description
        self.tags = tags
        self.aliases = aliases
        self.latestVersions = latestVersions
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// A name that points to one version of a registered model, such as `champion`.
public struct ModelAlias: Hashable, Sendable, Codable {
    public var alias: String
    public var version: Int64

    public init(alias: String, version: Int64) {
        self.alias = alias
        self.version = version
    }
}

/// One version of a registered model.
public struct ModelVersion: Hashable, Sendable, Codable {
    public var name: String
    /// From 1; never given twice under one name, also not after a version was deleted.
    public var version: Int64
    public var description: String?
    public var user: String?
    public var stage: Stage
    /// Where the model came from, as it was said: a path of a run, a logged model, another version.
    public var source: String
    /// Where its files are.
    public var location: String
    /// The run that made it; it may be gone.
    public var run: String?
    public var runLink: String?
    public var loggedModel: String?
    public var tags: Mapping
    public var aliases: [String]
    public var createdAt: Timestamp
    public var updatedAt: Timestamp

    /// MLflow's older way to say what a version is for; aliases have taken its place.
    public enum Stage: String, Hashable, Sendable, Codable, CaseIterable {
        case none = "None"
        case staging = "Staging"
        case production = "Production"
        case archived = "Archived"
    }

    public init(
        name: String,
        version: Int64,
        description: String? = nil,
        user: String? = nil,
        stage: Stage = .none,
        source: String,
        location: String,
        run: String? = nil,
        runLink: String? = nil,
        loggedModel: String? = nil,
        tags: Mapping = [:],
        aliases: [String] = [],
        createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.name = name
        self.version = version
        self.description = description
        self.user = user
        self.stage = stage
        self.source = source
        self.location = location
        self.run = run
        self.runLink = runLink
        self.loggedModel = loggedModel
        self.tags = tags
        self.aliases = aliases
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
