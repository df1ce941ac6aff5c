import RepriseModel

/// Which runs a list shows, and in which order.
public struct ListFilter: Hashable, Sendable {
    public var states: Set<RunState>?
    public var project: String?
    public var experiment: String?
    public var launch: String?
    /// All of these.
    public var tags: [String]
    /// An expression of the query language, such as `lr < 0.1 and metrics.accuracy.max > 0.9`.
    public var expression: String?
    /// Only what was deleted, instead of only what was not.
    public var deleted: Bool
    public var limit: Int?
    /// A name of the query language, descending where a `-` stands before it; nil for the newest first.
    public var sort: String?

    public init(
        states: Set<RunState>? = nil,
        project: String? = nil,
        experiment: String? = nil,
        launch: String? = nil,
        tags: [String] = [],
        expression: String? = nil,
        deleted: Bool = false,
        limit: Int? = 50,
        sort: String? = nil
    ) {
        self.states = states
        self.project = project
        self.experiment = experiment
        self.launch = launch
        self.tags = tags
        self.expression = expression
        self.deleted = deleted
        self.limit = limit
        self.sort = sort
    }
}
