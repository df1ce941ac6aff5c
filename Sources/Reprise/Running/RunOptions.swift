import RepriseModel

/// What a person can say beside the experiment file when it is run.
public struct RunOptions: Hashable, Sendable {
    /// Path of the experiment: a YAML file, a `specs.py`, or any executable that prints experiments.
    public var file: String
    /// `lr=0.1`, `+eps=1e-8`, `~beta`, `lr=0.1,0.01`.
    public var overrides: [String]
    /// The same, meant as sweeps: `lr=range(1,5)`.
    public var sweeps: [String]
    /// Settings, as `target.slots=4`.
    public var settings: [String]
    /// Where to, as `--on` has it: `hpc`; `hpc,pods` deals the runs out; `hpc,evaluate=local` sends one step elsewhere.
    public var target: String?
    public var name: String?
    public var tags: [String]
    public var seed: Int64?
    /// Runs from the code of this kept snapshot instead of the code as it is now.
    public var snapshot: String?
    /// Runs see the project's files as they are at each moment; they can be neither repeated nor verified.
    public var development: Bool
    /// The person has agreed to however many variants there are.
    public var confirmed: Bool

    public init(
        file: String,
        overrides: [String] = [],
        sweeps: [String] = [],
        settings: [String] = [],
        target: String? = nil,
        name: String? = nil,
        tags: [String] = [],
        seed: Int64? = nil,
        snapshot: String? = nil,
        development: Bool = false,
        confirmed: Bool = false
    ) {
        self.file = file
        self.overrides = overrides
        self.sweeps = sweeps
        self.settings = settings
        self.target = target
        self.name = name
        self.tags = tags
        self.seed = seed
        self.snapshot = snapshot
        self.development = development
        self.confirmed = confirmed
    }
}
