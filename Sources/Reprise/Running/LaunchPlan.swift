import RepriseExperiments
import RepriseModel
import RepriseSite

/// What `reprise run` would do, before it does anything: every variant with each value and the layer it came from.
public struct LaunchPlan: Sendable {
    public var experiment: String
    public var project: String
    public var target: String
    public var variants: [PlannedRun]
    /// What a person should know but need not mend, such as an environment variable that looks like a setting.
    public var warnings: [String]
    package var options: RunOptions
    /// One for each experiment of the source.
    var plans: [ExperimentPlan]
    var site: Site
}

/// One variant of a plan.
public struct PlannedRun: Sendable {
    public var name: String
    public var variant: Int
    public var replicate: Int
    public var parameters: [Parameter]
    public var seed: Seed
    /// Each step's command as a person would type it.
    public var commands: [String]

    init(_ variant: PlannedVariant) {
        name = variant.name
        self.variant = variant.number
        replicate = variant.replicate
        parameters = variant.parameters
        seed = variant.seed
        commands = variant.steps.map(\.command.text)
    }
}
