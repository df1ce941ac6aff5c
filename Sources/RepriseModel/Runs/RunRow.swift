import OrderedCollections

/// A run as lists show it: everything that many runs can be read with at once.
public struct RunRow: Hashable, Sendable {
    /// The store's own number: greater was queued later. A list goes on after it.
    public var number: Int64
    public var id: RunID
    public var name: String
    public var project: String
    public var experiment: String
    public var launch: String
    public var target: String
    public var variant: Int
    public var replicate: Int
    /// Nil for a run that a client logged.
    public var snapshot: Digest?
    public var repeats: RunID?
    public var state: RunState
    public var createdAt: Timestamp
    public var startedAt: Timestamp?
    public var endedAt: Timestamp?
    public var exitStatus: Int?
    public var reason: String?
    public var deletedAt: Timestamp?
    /// How the run came here, where Reprise did not launch it: `client` or `import`.
    public var origin: String?
    /// By dotted name. Empty unless they were asked for, as `metrics` and `tags` are.
    public var parameters: Mapping = [:]
    /// By key, in byte order.
    public var metrics: [SeriesSummary] = []
    /// A bare tag has the value `null`.
    public var tags: Mapping = [:]

    public init(
        number: Int64,
        id: RunID,
        name: String,
        project: String,
        experiment: String,
        launch: String,
        target: String,
        variant: Int,
        replicate: Int,
        snapshot: Digest?,
        repeats: RunID?,
        state: RunState,
        createdAt: Timestamp
    ) {
        self.number = number
        self.id = id
        self.name = name
        self.project = project
        self.experiment = experiment
        self.launch = launch
        self.target = target
        self.variant = variant
        self.replicate = replicate
        self.snapshot = snapshot
        self.repeats = repeats
        self.state = state
        self.createdAt = createdAt
    }
}
