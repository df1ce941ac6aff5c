import OrderedCollections
import RepriseExperiments
import RepriseModel
import RepriseSite

/// Where the runs of a launch go: what `--on` says, with the site's settings of every target that is named.
struct PlannedTargets {
    let choice: TargetChoice
    /// Every target that a run or a step may go to, in the order in which they are named.
    let settings: OrderedDictionary<String, TargetSettings>
    /// Those that runs are dealt out to.
    let dealt: [TargetSettings]

    /// Throws for a name that the site does not have.
    init(_ choice: TargetChoice, _ site: Site) throws {
        self.choice = choice
        dealt = try choice.targets.isEmpty ? [site.settings(for: nil)] : choice.targets.map { try Self.named($0, site) }
        var settings: OrderedDictionary<String, TargetSettings> = [:]
        for target in try dealt + choice.steps.values.map({ try Self.named($0, site) }) {
            settings[target.name] = target
        }
        self.settings = settings
    }

    private static func named(_ name: String, _ site: Site) throws -> TargetSettings {
        do { return try site.settings(for: name) } catch var mistake as Mistake where mistake.place == nil {
            mistake.place = Place(file: "--on")
            throw mistake
        }
    }

    /// The plans with the target of every run and of every step that goes elsewhere.
    func dealtOut(_ plans: [ExperimentPlan]) throws -> [ExperimentPlan] {
        try choice.checkSteps(Array(OrderedSet(plans.flatMap { $0.variants.flatMap { $0.steps.compactMap(\.name) } })))
        var dealing = RunDealing(dealt)
        var plans = plans
        for part in plans.indices {
            for variant in plans[part].variants.indices {
                guard let target = dealing.next() else { continue }
                plans[part].variants[variant].place(on: target, choice.steps)
            }
        }
        return plans
    }
}

extension PlannedVariant {
    fileprivate mutating func place(on target: String, _ others: OrderedDictionary<String, String>) {
        self.target = target
        for step in steps.indices {
            let own = steps[step].name.flatMap { others[$0] }
            steps[step].target = own == target ? nil : own
        }
    }

    /// Where the step is executed.
    func target(of step: StepRequest) -> String { step.target ?? target }
}

extension [ExperimentPlan] {
    /// Every target that a step goes to, in the order of the plans.
    var targets: [String] { Array<String>(OrderedSet(flatMap(\.targets))) }
}

extension ExperimentPlan {
    /// Every target that a step goes to, in the order of the variants.
    var targets: [String] {
        Array(OrderedSet(variants.flatMap { variant in variant.steps.map(variant.target) }))
    }

    /// The plan with those steps alone that are executed on the target; variants without any are left out.
    func part(on target: String) -> ExperimentPlan {
        var part = self
        part.variants = variants.compactMap { variant in
            let own = variant.steps.indices.filter { variant.target(of: variant.steps[$0]) == target }
            guard !own.isEmpty else { return nil }
            guard own.count < variant.steps.count else { return variant }
            var rest = variant
            rest.steps = own.map { variant.steps[$0] }
            rest.environments = own.map { variant.environments[$0] }
            return rest
        }
        return part
    }
}

extension LaunchPlan {
    /// What jobs ask for, by the names of the targets that they go to.
    var demands: [String: Set<Resources>] {
        var demands: [String: Set<Resources>] = [:]
        for variant in plans.flatMap(\.variants) {
            for step in variant.steps { demands[variant.target(of: step), default: []].insert(step.resources) }
        }
        return demands
    }
}
