import OrderedCollections
import RepriseExperiments
import RepriseImages
import RepriseModel
import RepriseSnapshots
import RepriseStore
import RepriseSystem

/// One experiment of a launch, frozen: the snapshot of each variant, and what each of its steps is executed in.
struct FrozenPlan {
    struct Variant {
        var snapshot: SnapshotRecord
        var environments: [StepEnvironment?]
    }

    /// One a variant, in the plan's order.
    var variants: [Variant]
    var data: [DataItem]
    /// What the host's software was found to be; nil where no step is executed on the host.
    var host: EnvironmentReading?
}

/// Freezes experiments: code, data, and the environments of all steps.
struct PlanFreezing {
    let maker: SnapshotMaker
    let store: Store
    let probe: ImageProbe
    /// What is run, or only frozen: then nobody minds programs that are missing.
    let check: CommandCheck?
    /// The kept snapshot to run from, instead of the code as it is now.
    let kept: String?
    /// What the snapshot is to be called; nil where it needs no name.
    var name: String?
    /// Bytes of the largest file that is code.
    let limit: Int64
    let tell: @Sendable (ProgressEvent) -> Void
    /// By target, in the order in which the plan names them.
    var images: OrderedDictionary<String, LaunchImages>

    /// Where a step is executed: in what, on which target.
    private struct Surrounding: Hashable {
        var target: String
        var environment: EnvironmentDeclaration
    }

    private typealias Answers = [String: [EnvironmentDeclaration.Source: ImageAnswer]]

    /// Everything that can be refused without freezing is refused first; what is frozen belongs to no run yet.
    mutating func freeze(_ part: ExperimentPlan) async throws -> FrozenPlan {
        var fresh: [String: ImageIdentity] = [:]
        var answers: Answers = [:]
        for target in part.targets {
            fresh = try await images[target]?.find(part.part(on: target), besides: fresh) ?? fresh
            try await look(part.part(on: target), on: target, folder: part.folder, &answers)
        }
        if !fresh.isEmpty { try DataLock.pin(fresh, in: part.folder, files: store.files) }
        let found = images.values
        async let moves = Self.moves(Array(found))
        async let host = hostReading(of: part)
        let code = try await freezeCode(of: part)
        if part.environments.contains(where: \.isBuilt) {
            let folder = try await maker.checkouts.checkout(of: code.tree).path
            let own = code.tree.folder.isEmpty ? folder : folder + "/" + code.tree.folder
            for target in part.targets {
                try await images[target]?.build(part.part(on: target), from: BuildCode(folder: own, root: folder))
                try await look(part.part(on: target), on: target, folder: own, &answers)
            }
        }
        let reading = try await host
        let variants = try await variants(of: part, code, host: reading, answers)
        for sentence in await moves { tell(.note(sentence)) }
        return FrozenPlan(variants: variants, data: code.data, host: reading)
    }

    /// What is to be told of references that have moved, each once.
    private static func moves(_ images: [LaunchImages]) async -> [String] {
        await withTaskGroup(of: [String].self) { group in
            for own in images { group.addTask { await own.moves() } }
            var sentences: OrderedSet<String> = []
            for await own in group { sentences.formUnion(own) }
            return Array(sentences)
        }
    }

    /// Looks into those images of the target that are ready and that nobody looked into yet.
    private func look(
        _ part: ExperimentPlan,
        on target: String,
        folder: String,
        _ answers: inout Answers
    ) async throws {
        for (source, image) in images[target]?.ready(for: part) ?? [] where answers[target]?[source] == nil {
            answers[target, default: [:]][source] = try await look(into: image, for: source, of: part, folder: folder)
        }
    }

    private func hostReading(of part: ExperimentPlan) async throws -> EnvironmentReading? {
        guard part.variants.contains(where: { $0.environments.contains { $0.source.isHost } }) else { return nil }
        return try await maker.environmentProbe.read(
            commands: part.commands(where: \.isHost),
            folder: part.folder,
            declared: part.declared
        )
    }

    /// The facts of the image, for what is started in it. Refuses programs that it does not have.
    private func look(
        into ready: LaunchImages.Ready,
        for source: EnvironmentDeclaration.Source,
        of part: ExperimentPlan,
        folder: String
    ) async throws -> ImageAnswer {
        let scripts = maker.environmentProbe
        func question(_ commands: [Command]) -> ImageQuestion {
            ImageQuestion(commands: commands, path: part.declared["PATH"]) {
                scripts.interpreter(ofScript: $0, in: folder)
            }
        }
        let own = question(part.commands { $0 == source })
        let answer = try await probe.answer(to: own, of: ready.image, named: ready.name, on: ready.engine)
        guard let check else { return answer }
        var all = question(part.everyCommand(in: source))
        all.programs += check.programs(of: part, in: source).filter { !all.programs.contains($0) }
        let whole =
            Set(all.programs).isSubset(of: own.programs)
            ? answer : try await probe.answer(to: all, of: ready.image, named: ready.name, on: ready.engine)
        try check.check(part, source, in: ready.image, has: whole) { scripts.interpreter(ofScript: $0, in: folder) }
        return answer
    }

    private func variants(
        of part: ExperimentPlan,
        _ code: FrozenCode,
        host: EnvironmentReading?,
        _ answers: Answers
    ) async throws -> [FrozenPlan.Variant] {
        var known: [[Surrounding]: FrozenPlan.Variant] = [:]
        var variants: [FrozenPlan.Variant] = []
        for variant in part.variants {
            let surroundings = zip(variant.steps, variant.environments)
                .map { Surrounding(target: variant.target(of: $0), environment: $1) }
            if let frozen = known[surroundings] {
                variants.append(frozen)
                continue
            }
            let environments = FrozenEnvironments(
                variant,
                fingerprints: surroundings.map { fingerprint($0, host: host, answers) },
                steps: surroundings.map(stepEnvironment)
            )
            var record = try await record(code, environments)
            if let name { record.name = name }
            try store.save(record)
            let frozen = FrozenPlan.Variant(snapshot: record, environments: environments.steps)
            known[surroundings] = frozen
            variants.append(frozen)
        }
        return variants
    }

    private func fingerprint(
        _ place: Surrounding,
        host: EnvironmentReading?,
        _ answers: Answers
    ) -> EnvironmentFingerprint {
        let environment = place.environment
        guard let image = images[place.target]?.ready[environment.source]?.image,
            let answer = answers[place.target]?[environment.source]
        else { return host?.fingerprint ?? EnvironmentFingerprint() }
        return answer.fingerprint(of: image, network: environment.network)
    }

    private func stepEnvironment(_ place: Surrounding) -> StepEnvironment? {
        let environment = place.environment
        return images[place.target]?.ready[environment.source]
            .map { ready in
                StepEnvironment(
                    image: ready.image,
                    network: environment.network,
                    isReadOnly: environment.isReadOnly,
                    sharedMemory: environment.sharedMemory
                )
            }
    }
}

extension EnvironmentDeclaration {
    fileprivate var isBuilt: Bool { if case .recipe = source { true } else { false } }
}

extension ExperimentPlan {
    /// The experiment's own variables, as the first variant has them.
    var declared: [String: String] {
        variants.first?.variables.mapValues(\.text).reduce(into: [:]) { $0[$1.key] = $1.value } ?? [:]
    }
}
