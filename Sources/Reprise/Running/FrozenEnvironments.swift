import OrderedCollections
import RepriseExperiments
import RepriseImages
import RepriseModel
import RepriseSnapshots

/// The environments of one variant: what its snapshot says of them, and what each step is executed in.
struct FrozenEnvironments: Hashable {
    var environment: EnvironmentFingerprint
    /// Of those steps that have another one.
    var others: [String: EnvironmentFingerprint]
    /// One a step; nil for the machine itself.
    var steps: [StepEnvironment?]

    /// `fingerprints` holds one a step. The machine itself is the environment where any step is executed on it, else that
    /// of the first step.
    init(_ variant: PlannedVariant, fingerprints: [EnvironmentFingerprint], steps: [StepEnvironment?]) {
        let main = fingerprints.first { $0.kind == "host" } ?? fingerprints.first ?? EnvironmentFingerprint()
        environment = main
        others = [:]
        for (step, fingerprint) in zip(variant.steps, fingerprints) where fingerprint != main {
            others[step.name ?? ""] = fingerprint
        }
        self.steps = steps
    }
}

extension ImageAnswer {
    /// The fingerprint of steps that are executed in the image. The image's name is no part of it.
    func fingerprint(of image: ImageIdentity, network: StepEnvironment.Network) -> EnvironmentFingerprint {
        var facts: Mapping = ["image": .string(image.id.description)]
        if network != .engine { facts["network"] = .string(network.rawValue) }
        facts.merge(self.facts) { first, _ in first }
        let sorted = facts.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return EnvironmentFingerprint(
            kind: "image",
            facts: Mapping(uniqueKeysWithValues: sorted.map { ($0.key, $0.value) })
        )
    }
}

extension ExperimentPlan {
    /// The commands of the steps whose environment fits, of the first variant that has any.
    func commands(where fits: (EnvironmentDeclaration.Source) -> Bool) -> [Command] {
        for variant in variants {
            let fitting = zip(variant.steps, variant.environments).filter { fits($0.1.source) }
            if !fitting.isEmpty { return fitting.map(\.0.command) }
        }
        return []
    }

    /// The same of all variants.
    func everyCommand(in source: EnvironmentDeclaration.Source) -> [Command] {
        var seen: Set<Command> = []
        return
            variants.flatMap { variant in
                zip(variant.steps, variant.environments).filter { $0.1.source == source }.map(\.0.command)
            }
            .filter { seen.insert($0).inserted }
    }
}

extension EnvironmentDeclaration.Source {
    /// Whether a step with it is executed on the machine itself.
    var isHost: Bool {
        switch self {
        case .host, .unsaid: true
        case .image, .recipe: false
        }
    }
}
