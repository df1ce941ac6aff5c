import OrderedCollections
import RepriseModel
import RepriseYAML

/// Everything that `run.json` of one run needs and the experiment decides. Id, snapshot, launch and target are the
/// caller's.
package struct PlannedVariant: Sendable {
    package var name: String
    /// The experiment's name without templates.
    package var experiment: String
    package var project: String
    package var description: String?
    package var tags: [String]
    /// The variant's number within the launch before anything was left out, from 0; and the repeat's.
    package var number: Int
    package var replicate: Int
    /// Every leaf with its origin.
    package var parameters: [Parameter]
    /// The same as one map: what `parameters.json` holds.
    package var values: Value
    package var seed: Seed
    /// Without their environments: those are resolved when the runs are launched.
    package var steps: [StepRequest]
    /// One a step, in the same order.
    package var environments: [EnvironmentDeclaration]
    package var variables: Mapping
    /// The target that it goes to, once its caller has said so; `steps` may name others for themselves.
    package var target = ""
}

/// What one experiment comes to: its variants, and what all of them share.
package struct ExperimentPlan: Sendable {
    package var variants: [PlannedVariant]
    /// How many variants there are before `where`, `limit` and `repeats`.
    package var combinations: Int
    /// Environment variable → name of a credential of the site.
    package var credentials: Mapping
    package var outputs: [OutputRule]
    package var metrics: [String: MetricRule]
    package var data: [DataDeclaration]
    package var code: ExperimentCode
    package var settings: LocatedValue?
    package var determinism: Bool
    package var project: String
    /// What the person named: a file or a program.
    package var source: String
    /// The absolute folder of the source.
    package var folder: String
    /// The seed from which all others come, and whether it was drawn.
    package var root: Seed
    package var isSeedDrawn: Bool
}

extension ExperimentPlan {
    /// The environments of all steps of all variants, the first of each source.
    package var environments: [EnvironmentDeclaration] {
        var seen: Set<EnvironmentDeclaration.Source> = []
        return variants.flatMap(\.environments).filter { seen.insert($0.source).inserted }
    }
}

/// What planning needs beside the experiment.
package struct PlanOptions: Sendable {
    /// The seed of an experiment that says none, drawn by the caller.
    package var drawnSeed: Seed
    /// The project of an experiment that says none: the folder's name.
    package var project: String
    /// How many runs are planned without the person's word.
    package var bound: Int
    package var confirmed: Bool

    package init(drawnSeed: Seed, project: String, bound: Int = 10_000, confirmed: Bool = false) {
        self.drawnSeed = drawnSeed
        self.project = project
        self.bound = bound
        self.confirmed = confirmed
    }
}

extension Experiment {
    /// Plans every variant. Throws what is written correctly and cannot be done yet, unknown names in templates, and
    /// sweeps that are empty or too large.
    package func plan(_ options: PlanOptions) throws -> ExperimentPlan {
        if let first = unsupported.first { throw first }
        let root = seed ?? options.drawnSeed
        let project = self.project ?? options.project
        let expansion = try SweepExpansion(self, seed: root)
        let writer = try VariantWriter(self, project: project)
        let variants = try expansion.variants(bound: options.bound, confirmed: options.confirmed)
        return ExperimentPlan(
            variants: try variants.map(writer.planned),
            combinations: expansion.combinations,
            credentials: environment.credentials,
            outputs: outputs,
            metrics: Dictionary(uniqueKeysWithValues: metrics.map { ($0.key, $0.value) }),
            data: data,
            code: code,
            settings: settings,
            determinism: determinism,
            project: project,
            source: source,
            folder: folder,
            root: root,
            isSeedDrawn: seed == nil
        )
    }
}

extension [ExperimentFile] {
    /// Plans all experiments of one source, as one `reprise run` does.
    ///
    /// Variants are numbered through, and an experiment without a seed of its own gets a child of the drawn one, by
    /// its position; the only experiment gets the drawn seed itself. The bound holds for all together.
    package func plan(
        overrides: [String] = [],
        sweeps: [String] = [],
        _ options: PlanOptions
    ) throws -> [ExperimentPlan] {
        var plans: [ExperimentPlan] = []
        var number = 0
        var total = 0
        for (index, file) in enumerated() {
            let experiment = try file.applying(overrides: overrides, sweeps: sweeps).experiment()
            var own = options
            if count > 1 { own.drawnSeed = options.drawnSeed.child(index) }
            var plan = try experiment.plan(own)
            for variant in plan.variants.indices { plan.variants[variant].number += number }
            // Of more combinations than can be counted `limit` has kept the first.
            number += Swift.min(plan.combinations, 1 << 40)
            total += plan.variants.count
            try SweepExpansion.refuse(total, bound: options.bound, confirmed: options.confirmed, at: nil)
            plans.append(plan)
        }
        return plans
    }
}
