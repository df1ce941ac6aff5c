import OrderedCollections
import RepriseDispatchers
import RepriseModel
import RepriseSite

extension RunRequest {
    /// Sends the run, or steps of it, elsewhere. A target for the whole run holds for all of its steps but those that
    /// are named beside it; where no target is named the run stays where it was.
    mutating func send(to choice: TargetChoice) throws {
        try choice.checkSteps(steps.compactMap(\.name))
        guard choice.targets.count < 2 else {
            throw Mistake(
                "one run goes to one target",
                why: "`--on` names " + choice.targets.map { "`\($0)`" }.joined(separator: ", "),
                fix: "name one; `STEP=TARGET` sends a step elsewhere",
                code: "several-targets",
                place: Place(file: "--on")
            )
        }
        if let whole = choice.targets.first {
            target = whole
            for step in steps.indices { steps[step].target = nil }
        }
        for step in steps.indices {
            guard let own = steps[step].name.flatMap({ choice.steps[$0] }) else { continue }
            steps[step].target = own == target ? nil : own
        }
    }

    /// The run with those steps alone that are executed on the target.
    func part(on target: String) -> RunRequest {
        var part = self
        part.steps = steps.filter { self.target(of: $0) == target }
        return part
    }

    /// `hpc`, or `hpc; evaluate on local` where steps go elsewhere.
    package var targetWords: String {
        let others = targets.filter { $0 != target }
            .map { other in
                let names = part(on: other).steps.compactMap(\.name)
                return names.joined(separator: ", ") + " on " + other
            }
        return ([target] + others).joined(separator: "; ")
    }
}

extension Laboratory {
    /// Refuses to send a recorded run where it cannot be executed. Asks the engines elsewhere, each once.
    func checkTargets(of request: RunRequest, _ site: Site) async throws {
        let targets = try request.targets.map { name in
            try site.settings(for: name, saying: request.settings?[name]?.mapValue ?? [:])
        }
        for target in targets {
            let name = target.name
            let problem =
                target.isSupported
                ? world.cluster(target)?.conflict.map(TargetReport.Problem.init) : Self.unsupported(target)
            if let problem {
                throw Mistake(
                    "cannot run on target `\(name)`",
                    why: problem.what,
                    fix: problem.fix,
                    code: "unsupported-target"
                )
            }
            guard target.kind.needsImages, request.part(on: name).steps.contains(where: { $0.environment == nil })
            else {
                continue
            }
            throw Mistake(
                "target `\(name)` executes images alone, and run `\(request.id.short)` was executed without one",
                fix: "name a target of kind `process` or `slurm`, or run the experiment anew with an image",
                code: "no-image"
            )
        }
        var demands: [String: Set<Resources>] = [:]
        for step in request.steps { demands[request.target(of: step), default: []].insert(step.resources) }
        try await askClusters(targets, demands: demands)
    }
}
