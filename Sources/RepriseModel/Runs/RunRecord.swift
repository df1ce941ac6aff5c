import OrderedCollections

/// A run as the store knows it now.
public struct RunRecord: Hashable, Sendable, Codable {
    public var request: RunRequest
    public var state: RunState
    public var startedAt: Timestamp?
    public var endedAt: Timestamp?
    /// The exit status of the first job that failed, else of the last.
    public var exitStatus: Int?
    /// Why it waits or how it ended, in words.
    public var reason: String?
    public var jobs: [JobRecord]
    public var metrics: [SeriesSummary]
    public var outputs: [OutputRecord]
    /// Nil where the program told of no datasets and models.
    public var lineage: RunLineage?
    public var transitions: [Transition]
    /// What a person or a client added after the start; `request.tags` are the bare ones of the start.
    public var tags: Mapping
    /// What marks the run: data that changed while it was read, output lines that are no metrics, ….
    public var notes: [String]
    public var machine: MachineRecord?
    public var verdict: Value?
    public var deletedAt: Timestamp?
    /// How the run came here, where Reprise did not launch it: `client` or `import`.
    public var origin: String?
    /// Who ran it, as the client said.
    public var user: String?

    public init(
        request: RunRequest,
        state: RunState,
        startedAt: Timestamp? = nil,
        endedAt: Timestamp? = nil,
        exitStatus: Int? = nil,
        reason: String? = nil,
        jobs: [JobRecord] = [],
        metrics: [SeriesSummary] = [],
        outputs: [OutputRecord] = [],
        lineage: RunLineage? = nil,
        transitions: [Transition] = [],
        tags: Mapping = [:],
        notes: [String] = [],
        machine: MachineRecord? = nil,
        verdict: Value? = nil,
        deletedAt: Timestamp? = nil
    ) {
        self.request = request
        self.state = state
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.exitStatus = exitStatus
        self.reason = reason
        self.jobs = jobs
        self.metrics = metrics
        self.outputs = outputs
        self.lineage = lineage
        self.transitions = transitions
        self.tags = tags
        self.notes = notes
        self.machine = machine
        self.verdict = verdict
        self.deletedAt = deletedAt
    }

    public var id: RunID { request.id }
}

/// One job of a run, at its latest attempt.
public struct JobRecord: Hashable, Sendable, Codable {
    public var key: JobKey
    public var state: RunState
    /// The engine's own name for it, once submitted.
    public var handle: String?
    /// Why it waits, or how it ended.
    public var reason: String?
    public var exit: ExitRecord?
    public var submittedAt: Timestamp?
    public var startedAt: Timestamp?
    public var endedAt: Timestamp?
    /// How often its engine took an attempt of it away (preempted, lost), this one included; nil for never.
    public var interruptions: Int?

    public init(
        key: JobKey,
        state: RunState = .queued,
        handle: String? = nil,
        reason: String? = nil,
        exit: ExitRecord? = nil,
        submittedAt: Timestamp? = nil,
        startedAt: Timestamp? = nil,
        endedAt: Timestamp? = nil,
        interruptions: Int? = nil
    ) {
        self.key = key
        self.state = state
        self.handle = handle
        self.reason = reason
        self.exit = exit
        self.submittedAt = submittedAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.interruptions = interruptions
    }
}

/// A file that a run left, kept by content.
public struct OutputRecord: Hashable, Sendable, Codable {
    /// Relative to the working directory, or below `outputs/` for what lay in `$REPRISE_OUTPUTS`.
    public var path: String
    public var digest: Digest
    public var bytes: Int64
    /// The permission bits, such as 0o755; symbolic links are kept as what they pointed to.
    public var mode: Int

    public init(path: String, digest: Digest, bytes: Int64, mode: Int) {
        self.path = path
        self.digest = digest
        self.bytes = bytes
        self.mode = mode
    }
}
