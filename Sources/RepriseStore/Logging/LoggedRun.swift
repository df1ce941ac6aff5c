import RepriseModel
import RepriseTracking

/// What clients of the API see of one run, whoever started it.
package struct LoggedRun: Sendable {
    /// The store's own number.
    package var number: Int64
    package var id: RunID
    package var name: String
    /// The project's number.
    package var project: Int64
    /// The URI below which clients find the run's artifacts.
    package var artifactRoot: String
    /// Who ran it, as the client said; empty where nobody did.
    package var user: String
    package var state: RunState
    /// Nil for a run that Reprise launched.
    package var origin: String?
    package var createdAt: Timestamp
    package var startedAt: Timestamp?
    package var endedAt: Timestamp?
    package var deletedAt: Timestamp?
    /// In the order in which they were logged.
    package var parameters: [(name: String, text: String)] = []
    /// By key in byte order.
    package var metrics: [SeriesSummary] = []
    /// By name in byte order; those that are derived from a launched run's own facts come last.
    package var tags: [(name: String, text: String)] = []
    /// Nil where it read and made nothing beyond its files, and in the reply to a call that changes the run.
    package var lineage: RunLineage?
}

/// A run that a client opens.
package struct ClientRun: Sendable {
    package var id: RunID
    package var name: String
    /// The project's number.
    package var project: Int64
    package var user: String
    package var start: Timestamp
    package var tags: [(String, String)]

    package init(
        id: RunID,
        name: String,
        project: Int64,
        user: String = "",
        start: Timestamp,
        tags: [(String, String)] = []
    ) {
        self.id = id
        self.name = name
        self.project = project
        self.user = user
        self.start = start
        self.tags = tags
    }
}

/// What one request logs into one run: all of it or nothing.
package struct LoggedBatch: Sendable {
    package var run: RunID
    package var columns: [MetricColumn]
    package var parameters: [(String, String)]
    package var tags: [(String, String)]
    /// Points that were measured on logged models, which are points of `columns` too.
    package var modelMetrics: [ModelMetric]

    package init(
        run: RunID,
        columns: [MetricColumn] = [],
        parameters: [(String, String)] = [],
        tags: [(String, String)] = [],
        modelMetrics: [ModelMetric] = []
    ) {
        self.run = run
        self.columns = columns
        self.parameters = parameters
        self.tags = tags
        self.modelMetrics = modelMetrics
    }
}

/// The launch of all runs that no launch made.
let clientLaunch = "000000000000"

/// The tag that follows the run's name, and the other way round.
let runNameTag = "mlflow.runName"
