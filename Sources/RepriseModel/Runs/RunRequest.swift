import OrderedCollections

/// `run.json`: everything that was decided before a run started. Written once, never changed; `repeat` starts from it.
public struct RunRequest: Hashable, Sendable, Codable {
    /// The version of the run contract.
    public var contract = 1
    public var id: RunID
    public var name: String
    public var project: String
    public var experiment: String
    /// The experiment file as the person named it, for messages.
    public var source: String?
    /// The launch that made this run and its siblings: one `reprise run` is one launch.
    public var launch: String
    /// The variant's number within the sweep before anything was left out, from 0; and the repeat's.
    public var variant: Int
    public var replicate: Int
    public var parameters: [Parameter]
    public var seed: Seed
    /// The digest of the snapshot's manifest; nil for a run that a client logged, whose code was never frozen.
    public var snapshot: Digest?
    public var target: String
    /// What the launch alone said of its targets: by target, then by the setting's name. nil where it said nothing.
    public var settings: Mapping?
    public var steps: [StepRequest]
    public var variables: Mapping
    /// Environment variable → name of the site's credential. Never its value.
    public var credentials: Mapping
    public var outputs: [OutputRule]
    public var metrics: [String: MetricRule]
    public var data: [DataItem]
    public var tags: [String]
    public var description: String?
    /// Set and recorded by Reprise for repeatability, unless the experiment turns it off.
    public var determinism: Bool
    public var createdAt: Timestamp
    /// The run that this one repeats.
    public var repeats: RunID?
    /// The folder whose files the run saw as they were at each moment, instead of the snapshot's: absolute, from
    /// `run --dev`. Such a run cannot be repeated or verified.
    public var development: String?

    public init(
        id: RunID,
        name: String,
        project: String,
        experiment: String,
        source: String? = nil,
        launch: String,
        variant: Int = 0,
        replicate: Int = 0,
        parameters: [Parameter] = [],
        seed: Seed,
        snapshot: Digest?,
        target: String = "local",
        settings: Mapping? = nil,
        steps: [StepRequest],
        variables: Mapping = [:],
        credentials: Mapping = [:],
        outputs: [OutputRule] = [],
        metrics: [String: MetricRule] = [:],
        data: [DataItem] = [],
        tags: [String] = [],
        description: String? = nil,
        determinism: Bool = true,
        createdAt: Timestamp,
        repeats: RunID? = nil,
        development: String? = nil
    ) {
        self.id = id
        self.name = name
        self.project = project
        self.experiment = experiment
        self.source = source
        self.launch = launch
        self.variant = variant
        self.replicate = replicate
        self.parameters = parameters
        self.seed = seed
        self.snapshot = snapshot
        self.target = target
        self.settings = settings
        self.steps = steps
        self.variables = variables
        self.credentials = credentials
        self.outputs = outputs
        self.metrics = metrics
        self.data = data
        self.tags = tags
        self.description = description
        self.determinism = determinism
        self.createdAt = createdAt
        self.repeats = repeats
        self.development = development
    }
}

/// A top-level parameter with the layer that its value came from.
public struct Parameter: Hashable, Sendable, Codable {
    /// The dotted name of a leaf: `optimizer.lr`.
    public var name: String
    public var value: Value
    /// `digits.exp.yaml:7`, `command line`, `sweep grid`.
    public var origin: String

    public init(name: String, value: Value, origin: String) {
        self.name = name
        self.value = value
        self.origin = origin
    }
}

/// One step, its templates already filled in. A run of a single command has one step without a name.
public struct StepRequest: Hashable, Sendable, Codable {
    public var name: String?
    public var command: Command
    public var needs: [String]
    /// How many jobs share the step; nil where it is not split.
    public var splits: Int?
    public var outputs: [OutputRule]
    public var resources: Resources
    public var retry: RetryPolicy
    /// nil: the machine itself.
    public var environment: StepEnvironment?
    /// The target that this step alone goes to; nil: the run's.
    public var target: String?

    public init(
        name: String? = nil,
        command: Command,
        needs: [String] = [],
        splits: Int? = nil,
        outputs: [OutputRule] = [],
        resources: Resources = Resources(),
        retry: RetryPolicy = RetryPolicy(),
        environment: StepEnvironment? = nil,
        target: String? = nil
    ) {
        self.name = name
        self.command = command
        self.needs = needs
        self.splits = splits
        self.outputs = outputs
        self.resources = resources
        self.retry = retry
        self.environment = environment
        self.target = target
    }
}

extension RunRequest {
    /// Where the step is executed.
    public func target(of step: StepRequest) -> String { step.target ?? target }

    /// Every target that a step of the run is executed on, in the order of the steps.
    public var targets: [String] { Array(OrderedSet(steps.map(target))) }
}

/// What is executed. What only the job knows stays in it as a `RunWord`, which the job's script puts in.
public enum Command: Hashable, Sendable, Codable {
    /// Executed without a shell.
    case list([[CommandPiece]])
    /// Given to `sh -c`; what is put into it is quoted.
    case shell([CommandPiece])
}

/// A piece of a command: text as it stands, or something that the run's own script puts in.
public enum CommandPiece: Hashable, Sendable {
    case text(String)
    case run(RunWord)
}

/// What only the job itself knows, and gets from its environment.
public enum RunWord: Hashable, Sendable {
    case runID, runDirectory, outputs, seed, attempt, split, splits
    case data(String)

    /// The environment variable that holds it.
    public var variable: String {
        switch self {
        case .runID: "REPRISE_RUN_ID"
        case .runDirectory: "REPRISE_RUN_DIR"
        case .outputs: "REPRISE_OUTPUTS"
        case .seed: "REPRISE_SEED"
        case .attempt: "REPRISE_ATTEMPT"
        case .split: "REPRISE_SPLIT"
        case .splits: "REPRISE_SPLITS"
        case .data(let name): dataVariable(name)
        }
    }
}

/// `REPRISE_DATA_TRAIN_SET` for `train-set`: upper case, everything outside A–Z and 0–9 an underscore.
public func dataVariable(_ name: String) -> String {
    let safe = name.uppercased().unicodeScalars
        .map { scalar in
            ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar) ? Character(scalar) : "_"
        }
    return "REPRISE_DATA_" + String(safe)
}

/// A pattern of files to keep, and how `verify` compares them.
public struct OutputRule: Hashable, Sendable, Codable {
    /// A path or glob (`*`, `**`, `?`, `[…]`) relative to the working directory.
    public var pattern: String
    public var tolerance: Tolerance

    public init(pattern: String, tolerance: Tolerance = .bitwise) {
        self.pattern = pattern
        self.tolerance = tolerance
    }
}

/// A data item of an experiment, by content.
public struct DataItem: Hashable, Sendable, Codable {
    public var name: String
    /// Absolute path on the machine that submits.
    public var path: String
    public var digest: Digest
    public var bytes: Int64
    /// How many files; 1 and `isFolder` false for a single file.
    public var files: Int
    public var isFolder: Bool

    public init(name: String, path: String, digest: Digest, bytes: Int64, files: Int, isFolder: Bool) {
        self.name = name
        self.path = path
        self.digest = digest
        self.bytes = bytes
        self.files = files
        self.isFolder = isFolder
    }
}
