import OrderedCollections
import RepriseExperiments
import RepriseModel
import RepriseSite
import RepriseSnapshots
import RepriseSystem

extension Laboratory {
    /// Reads the experiment, applies what was said beside it, and works out every variant. Changes nothing.
    public func plan(_ options: RunOptions) async throws -> LaunchPlan {
        if let name = options.name { try checkName(name) }
        try checkDevelopment(options)
        let choice = try TargetChoice(parsing: options.target)
        let source = ExperimentSource(files: world.files, processes: world.processes, folder: folder)
        let experiments = try await source.load(options.file)
        let beforeExperiment = try site(overrides: options.settings, target: choice.targets.first)
        let settings = try beforeExperiment.settings
        var plans = try experiments.plan(
            overrides: options.overrides,
            sweeps: options.sweeps,
            PlanOptions(
                drawnSeed: try seed(options),
                project: settings.project ?? projectName(of: options.file),
                bound: settings.sweepConfirm,
                confirmed: options.confirmed
            )
        )
        guard let first = plans.first else {
            throw Mistake("`\(options.file)` holds no experiment", code: "no-experiment")
        }
        let site = try site(
            overrides: options.settings,
            target: choice.targets.first,
            experiment: first.settings
        )
        for name in plans.flatMap(\.credentials.values) { try site.checkCredential(name.text) }
        let targets = try PlannedTargets(choice, site)
        plans = try targets.dealtOut(plans)
        for target in targets.settings.values {
            try site.checkKind(of: target.name)
            try checkDevelopment(options, on: target)
            plans = try decided(plans, on: target)
        }
        return LaunchPlan(
            experiment: first.variants.first?.experiment ?? options.file,
            project: first.project,
            target: targets.dealt.first?.name ?? first.variants.first?.target ?? "",
            targets: plans.targets,
            variants: try plannedRuns(plans),
            warnings: site.warnings.map(\.description),
            options: options,
            plans: plans,
            site: site
        )
    }

    /// The plans with what their steps are executed in on the target. Throws what the target cannot do.
    private func decided(_ plans: [ExperimentPlan], on target: TargetSettings) throws -> [ExperimentPlan] {
        guard target.isSupported else {
            let problem = Self.unsupported(target)
            throw Mistake(
                "cannot run on target `\(target.name)`",
                why: problem.what,
                fix: problem.fix,
                code: "unsupported-target"
            )
        }
        try checkCluster(target, plans.map { $0.part(on: target.name) })
        let environments = PlannedEnvironments(target: target, variables: world.variables, files: world.files) {
            try self.storeFolder(near: $0) ?? $0 + "/.reprise"
        }
        return try plans.map(environments.decided)
    }

    /// With what `reprise.lock` says of their images. Asks no engine.
    private func plannedRuns(_ plans: [ExperimentPlan]) throws -> [PlannedRun] {
        try plans.flatMap { part in
            let pins = try DataLock(in: part.folder, files: world.files).images
            return part.variants.map { PlannedRun($0, pins: pins) }
        }
    }

    private func checkName(_ name: String) throws {
        let shown = "`\(name.prefix(60))`"
        let why: String
        if name.isEmpty || name.count > 250 || name.contains(where: { $0.isNewline || $0 == "\0" }) {
            why = "a name is one line of 1 to 250 characters"
        } else if name.first?.isWhitespace == true || name.last?.isWhitespace == true {
            why = "it begins or ends with a space"
        } else if ["@", "-", "launch:"].contains(where: name.hasPrefix) {
            why = "`@last`, `-2` and `launch:ID` name runs in another way"
        } else if RunID(name.lowercased()) != nil {
            why = "it looks like the id of a run"
        } else {
            return
        }
        throw Mistake(
            "runs cannot be named \(shown)",
            why: why + ", so that no command could mean them by it",
            fix: "choose another name, such as `first-try`",
            code: "wrong-name"
        )
    }

    private func seed(_ options: RunOptions) throws -> Seed {
        guard let given = options.seed else { return Seed(world.entropy.next()) }
        guard let seed = Seed(exactly: given) else {
            throw Mistake(
                "the seed \(given) is negative",
                why: "seeds are whole numbers from 0 to 2^63 - 1",
                code: "wrong-seed"
            )
        }
        return seed
    }

    /// The name of the folder around the project: the repository's, else the experiment's.
    private func projectName(of file: String) -> String {
        var place = RepriseSystem.folder(of: absolute(file))
        let own = place
        while place != "/" {
            if (try? world.files.exists(place + "/.git")) == true { return lastName(of: place) }
            place = RepriseSystem.folder(of: place)
        }
        return lastName(of: own)
    }
}
