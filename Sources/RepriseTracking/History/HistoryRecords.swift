import RepriseModel

/// A project as another system has it.
package struct HistoryProject: Hashable, Sendable {
    /// The other system's own.
    package var id: String
    package var name: String
    package var createdAt: Int64?
    package var updatedAt: Int64?
    package var isDeleted: Bool
    package var tags: [String: String]

    package init(
        id: String,
        name: String,
        createdAt: Int64? = nil,
        updatedAt: Int64? = nil,
        isDeleted: Bool = false,
        tags: [String: String] = [:]
    ) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.isDeleted = isDeleted
        self.tags = tags
    }
}

/// A run as another system has it. Times are milliseconds since 1970.
package struct HistoryRun: Hashable, Sendable {
    /// The other system's own.
    package var id: String
    package var name: String?
    package var user: String?
    package var state: RunState
    package var startedAt: Int64?
    package var endedAt: Int64?
    package var isDeleted = false
    /// Where its files are: a path or a URI.
    package var artifacts: String?
    package var parameters: [String: String] = [:]
    package var tags: [String: String] = [:]
    package var datasets: [HistoryDataset] = []
    /// Models that it read and models that it made, with the step.
    package var modelInputs: [String] = []
    package var modelOutputs: [String: Int64] = [:]
    /// Text that changes when points are added: what allows a second import to pass the run by. Empty where there is none.
    package var pointMark = ""
    /// What the source needs to find the run again.
    package var place = ""

    package init(id: String, state: RunState) {
        self.id = id
        self.state = state
    }
}

/// Data that a run read.
package struct HistoryDataset: Hashable, Sendable {
    package var name: String
    package var digest: String
    package var sourceType: String
    package var source: String
    package var schema: String?
    package var profile: String?
    package var tags: [String: String]

    package init(
        name: String,
        digest: String,
        sourceType: String,
        source: String,
        schema: String?,
        profile: String?,
        tags: [String: String]
    ) {
        self.name = name
        self.digest = digest
        self.sourceType = sourceType
        self.source = source
        self.schema = schema
        self.profile = profile
        self.tags = tags
    }
}

/// A logged model as another system has it.
package struct HistoryModel: Hashable, Sendable {
    package struct Metric: Hashable, Sendable {
        package var run: String
        package var key: String
        package var step: Int64
        package var time: Int64
        package var value: Double
        package var dataset: String?
        package var datasetDigest: String?

        package init(run: String, key: String, step: Int64, time: Int64, value: Double) {
            self.run = run
            self.key = key
            self.step = step
            self.time = time
            self.value = value
        }
    }

    package var id: String
    package var name: String
    /// `PENDING`, `READY` or `FAILED`.
    package var status: String
    package var statusMessage: String?
    package var type: String?
    package var run: String?
    package var createdAt: Int64
    package var updatedAt: Int64
    package var artifacts: String?
    package var parameters: [String: String] = [:]
    package var tags: [String: String] = [:]
    package var metrics: [Metric] = []

    package init(id: String, name: String, status: String, createdAt: Int64, updatedAt: Int64) {
        self.id = id
        self.name = name
        self.status = status
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// A name in a model registry as another system has it.
package struct HistoryRegisteredModel: Hashable, Sendable {
    package struct Version: Hashable, Sendable {
        package var number: Int64
        package var description: String?
        package var user: String?
        package var stage: String
        package var source: String
        package var run: String?
        package var runLink: String?
        package var model: String?
        package var createdAt: Int64
        package var updatedAt: Int64
        package var tags: [String: String] = [:]

        package init(number: Int64, stage: String, source: String, createdAt: Int64, updatedAt: Int64) {
            self.number = number
            self.stage = stage
            self.source = source
            self.createdAt = createdAt
            self.updatedAt = updatedAt
        }
    }

    package var name: String
    package var description: String?
    package var createdAt: Int64
    package var updatedAt: Int64
    package var tags: [String: String] = [:]
    package var aliases: [String: Int64] = [:]
    package var versions: [Version] = []

    package init(name: String, createdAt: Int64, updatedAt: Int64) {
        self.name = name
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
