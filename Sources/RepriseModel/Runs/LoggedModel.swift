import OrderedCollections

/// A model that a program logged: its files lie below `artifactLocation`, its facts here.
public struct LoggedModel: Hashable, Sendable, Codable {
    /// `m-` and 32 hexadecimal digits.
    public var id: String
    /// The number of its project.
    public var project: Int64
    public var name: String
    public var artifactLocation: String
    /// What the program calls this sort of model, such as `agent`.
    public var type: String?
    /// The run that made it; it may be gone.
    public var sourceRun: String?
    public var status: Status
    public var statusMessage: String?
    public var parameters: Mapping
    public var tags: Mapping
    /// Every point, in the order in which the points were logged.
    public var metrics: [ModelMetric]
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
    public var deletedAt: Timestamp?

    /// The tag that lists the registered versions made from it, as JSON.
    public static let versionsTag = "mlflow.modelVersions"

    /// How far the program has come with handing in the model's files.
    public enum Status: String, Hashable, Sendable, Codable, CaseIterable {
        case pending, ready
        case uploadFailed = "upload-failed"
    }

    public init(
        id: String,
        project: Int64,
        name: String,
        artifactLocation: String,
        type: String? = nil,
        sourceRun: String? = nil,
        status: Status = .pending,
        statusMessage: String? = nil,
        parameters: Mapping = [:],
        tags: Mapping = [:],
        metrics: [ModelMetric] = [],
        createdAt: Timestamp,
        updatedAt: Timestamp,
        deletedAt: Timestamp? = nil
    ) {
        self.id = id
        self.project = project
        self.name = name
        self.artifactLocation = artifactLocation
        self.type = type
        self.sourceRun = sourceRun
        self.status = status
        self.statusMessage = statusMessage
        self.parameters = parameters
        self.tags = tags
        self.metrics = metrics
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.deletedAt = deletedAt
    }
}

/// One measurement of a logged model, on a dataset where the program named one.
public struct ModelMetric: Hashable, Sendable, Codable {
    public var model: String
    public var key: String
    public var value: Double
    public var time: Int64
    public var step: Int64
    public var run: RunID
    public var datasetName: String?
    public var datasetDigest: String?

    public init(
        model: String,
        key: String,
        value: Double,
        time: Int64,
        step: Int64,
        run: RunID,
        datasetName: String? = nil,
        datasetDigest: String? = nil
    ) {
        self.model = model
        self.key = key
        self.value = value
        self.time = time
        self.step = step
        self.run = run
        self.datasetName = datasetName
        self.datasetDigest = datasetDigest
    }
}
