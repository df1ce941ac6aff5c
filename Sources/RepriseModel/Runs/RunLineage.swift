import OrderedCollections

/// What a run read and made beyond its files, as its program told.
public struct RunLineage: Hashable, Sendable, Codable {
    public var datasets: [DatasetInput]
    /// The ids of the logged models that it read.
    public var modelsRead: [String]
    public var modelsMade: [ModelOutput]

    public init(datasets: [DatasetInput] = [], modelsRead: [String] = [], modelsMade: [ModelOutput] = []) {
        self.datasets = datasets
        self.modelsRead = modelsRead
        self.modelsMade = modelsMade
    }

    public var isEmpty: Bool { datasets.isEmpty && modelsRead.isEmpty && modelsMade.isEmpty }
}

/// Data that a program named: what it calls it, a digest, and where it came from. The data itself is not kept.
public struct Dataset: Hashable, Sendable, Codable {
    public var name: String
    public var digest: String
    /// What kind of text `source` is: `local`, `http`, `code`, ….
    public var sourceType: String
    public var source: String
    public var schema: String?
    public var profile: String?

    public init(
        name: String,
        digest: String,
        sourceType: String,
        source: String,
        schema: String? = nil,
        profile: String? = nil
    ) {
        self.name = name
        self.digest = digest
        self.sourceType = sourceType
        self.source = source
        self.schema = schema
        self.profile = profile
    }
}

/// A dataset as one run read it.
public struct DatasetInput: Hashable, Sendable, Codable {
    /// The tag that says what the data was for: `training`, `eval`, ….
    public static let contextTag = "mlflow.data.context"

    public var dataset: Dataset
    /// Texts, in the order in which they were given.
    public var tags: Mapping

    public init(dataset: Dataset, tags: Mapping = [:]) {
        self.dataset = dataset
        self.tags = tags
    }

    public var context: String? { tags[Self.contextTag]?.stringValue }
}

/// A logged model that a run made.
public struct ModelOutput: Hashable, Sendable, Codable {
    public var id: String
    /// The training step that it stands for.
    public var step: Int64
    /// Nil where the store does not know the model.
    public var name: String?

    public init(id: String, step: Int64 = 0, name: String? = nil) {
        self.id = id
        self.step = step
        self.name = name
    }
}
