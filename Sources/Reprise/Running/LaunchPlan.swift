import OrderedCollections
import RepriseExperiments
import RepriseModel
import RepriseSite

/// What `reprise run` would do, before it does anything: every variant with each value and the layer it came from.
public struct LaunchPlan: Sendable {
    public var experiment: String
    public var project: String
    /// The first of the targets that runs are dealt out to.
    public var target: String
    /// Every target that a run or a step of one goes to.
    public var targets: [String]
    public var variants: [PlannedRun]
    /// What a person should know but need not mend, such as an environment variable that looks like a setting.
    public var warnings: [String]
    package var options: RunOptions
    /// What the experiment and the command line set, as `supervise` takes it, without what the runs themselves keep.
    public var settings: [String] {
        site.handedOn(except: Set(targets.filter { (try? site.settings(for: $0).kind.executesHere) == false }))
    }

    /// What the launch alone says of targets, which its runs keep; nil where it says nothing. How much of this machine may be
    /// used at one time is nobody's own.
    var ownSettings: Mapping? {
        var own: Mapping = [:]
        for name in targets {
            guard let kind = try? site.settings(for: name).kind else { continue }
            var said = site.launchSettings(of: name)
            if kind.executesHere, said["kind"] == nil {
                said = said.filter { $0.key != "image" && !TargetSettings.capacity.contains($0.key) }
            }
            if !said.isEmpty { own[name] = .map(said) }
        }
        return own.isEmpty ? nil : own
    }

    /// One for each experiment of the source.
    var plans: [ExperimentPlan]
    var site: Site
}

/// One variant of a plan.
public struct PlannedRun: Sendable {
    public var name: String
    public var variant: Int
    public var replicate: Int
    /// The target of each step, in the order of `commands`.
    public var targets: [String]
    /// The steps' names; nil for the only command.
    public var steps: [String?]
    public var parameters: [Parameter]
    public var seed: Seed
    /// Each step's command as a person would type it.
    public var commands: [String]
    /// What each step is executed in; nil for the machine itself.
    public var images: [PlannedImage?]

    init(_ variant: PlannedVariant, pins: [String: ImageIdentity]) {
        name = variant.name
        self.variant = variant.number
        replicate = variant.replicate
        targets = variant.steps.map(variant.target)
        steps = variant.steps.map(\.name)
        parameters = variant.parameters
        seed = variant.seed
        commands = variant.steps.map(\.command.text)
        images = zip(variant.steps, variant.environments).map { PlannedImage(step: $0.name, $1, pins: pins) }
    }
}

/// The image of one step, as far as that can be told without asking an engine or a registry.
public struct PlannedImage: Hashable, Sendable {
    /// nil for the only command.
    public var step: String?
    /// The reference as it is written, or the recipe's file name.
    public var reference: String
    public var isBuilt: Bool
    /// What `reprise.lock` pins; nil where it is looked up, or built, when the runs are launched.
    public var pin: Digest?

    init?(step: String?, _ environment: EnvironmentDeclaration, pins: [String: ImageIdentity]) {
        guard let text = environment.text else { return nil }
        self.step = step
        reference = text
        if case .image = environment.source {
            isBuilt = false
            pin = pins[text]?.id
        } else {
            isBuilt = true
        }
    }

    /// `python:3.12-slim, pinned to 5d2b1c9e0f3a`.
    public var words: String {
        let state =
            pin.map { "pinned to \($0.short)" }
            ?? (isBuilt ? "built from the snapshot" : "pinned when it is first used")
        return "\(reference), \(state)"
    }
}
