/// What is to be brought in, and how.
public struct ImportOptions: Hashable, Sendable {
    /// The address of a tracking server, a folder `mlruns`, or the file of an SQLite database; also as `file:` and `sqlite:` URI.
    public var source: String
    /// Only projects of these names; empty for all.
    public var projects: [String]
    /// Files are brought in, too.
    public var withArtifacts: Bool
    /// Only counts what there is.
    public var isDryRun: Bool
    /// The folder that a server wrote to what it names by `mlflow-artifacts:`.
    public var artifacts: String?

    public init(
        source: String,
        projects: [String] = [],
        withArtifacts: Bool = true,
        isDryRun: Bool = false,
        artifacts: String? = nil
    ) {
        self.source = source
        self.projects = projects
        self.withArtifacts = withArtifacts
        self.isDryRun = isDryRun
        self.artifacts = artifacts
    }
}

/// What an import has done, so far or in all.
public struct ImportReport: Hashable, Sendable {
    public var projects = 0
    public var newProjects = 0
    /// Runs that were looked at, and how many of them were new or had changed.
    public var runs = 0
    public var newRuns = 0
    public var changedRuns = 0
    public var points: Int64 = 0
    public var files = 0
    public var bytes: Int64 = 0
    public var models = 0
    public var registeredModels = 0
    /// What was left out, and why; the first thousand.
    public var faults: [String] = []
    /// How many were left out in all.
    public var faultCount = 0
    /// How many runs there are, where the source can tell beforehand.
    public var totalRuns: Int?
    /// The project that is being read.
    public var current: String?

    public init() {}

    public var isComplete: Bool { faultCount == 0 }

    mutating func leaveOut(_ fault: String) {
        faultCount += 1
        if faults.count < 1000 { faults.append(fault) }
    }
}
