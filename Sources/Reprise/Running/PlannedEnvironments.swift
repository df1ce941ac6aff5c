import RepriseExperiments
import RepriseImages
import RepriseModel
import RepriseSite
import RepriseSnapshots
import RepriseSystem

/// Decides for every step of a plan on one target what it is executed in there, as far as that can be told without an
/// engine.
struct PlannedEnvironments {
    let target: TargetSettings
    let variables: [String: String]
    let files: any FileSystem
    /// The folder of the store, there or not yet.
    let store: @Sendable (_ folder: String) throws -> String

    /// The plan with the target's image in every step there that says nothing of its own. Throws what the target cannot do, and
    /// references and recipes that cannot be meant.
    func decided(_ part: ExperimentPlan) throws -> ExperimentPlan {
        var part = part
        for variant in part.variants.indices {
            for (step, request) in part.variants[variant].steps.enumerated()
            where part.variants[variant].target(of: request) == target.name {
                part.variants[variant].environments[step] = defaulted(part.variants[variant].environments[step], part)
            }
        }
        let root = try projectRoot(of: part.folder, store: store(part.folder), files: files).root
        for environment in part.part(on: target.name).environments { try check(environment, part, root: root) }
        return part
    }

    /// A path in the target's own image counts from the experiment, whose lock pins it.
    private func defaulted(_ environment: EnvironmentDeclaration, _ part: ExperimentPlan) -> EnvironmentDeclaration {
        guard environment.source == .unsaid, let image = target.image else { return environment }
        var own = environment
        own.source = .image(image, folder: part.folder)
        own.place = nil
        return own
    }

    private func check(_ environment: EnvironmentDeclaration, _ part: ExperimentPlan, root: String) throws {
        switch environment.source {
        case .host, .unsaid:
            if target.kind.needsImages { throw noImage(part, environment) }
            if let key = environment.fence { throw onlyContainers(key, environment) }
        case .image(let text, let folder):
            let source = try placed(environment) { try ImageSource(text, from: folder) }
            _ = try target.engines(for: source.format, variables: variables)
        case .recipe(let recipe):
            _ = try target.engines(for: recipe.kind == .definition ? .sif : .oci, variables: variables)
            try check(recipe, environment, root: root)
        }
    }

    /// What is wrong with a reference, at the place where it stands.
    private func placed(_ environment: EnvironmentDeclaration, _ body: () throws -> ImageSource) throws -> ImageSource {
        do {
            return try body()
        } catch let error as any RepriseError where error.place == nil {
            throw Mistake(
                error.what,
                why: error.why,
                fix: error.fix,
                code: error.code,
                place: environment.place,
                fault: error.fault
            )
        }
    }

    private func onlyContainers(_ key: String, _ environment: EnvironmentDeclaration) -> Mistake {
        Mistake(
            "`environment.\(key)` needs an image",
            why: "on the host there is no container that could follow it",
            fix: "add `image: …` beside it, or take it out",
            code: "no-image",
            place: environment.place
        )
    }

    private func noImage(_ part: ExperimentPlan, _ environment: EnvironmentDeclaration) -> Mistake {
        if environment.source == .host {
            return Mistake(
                "target `\(target.name)` executes images alone, and a step says `host: true`",
                fix: "run on a target of kind `process`, or give the step an image",
                code: "no-image",
                place: Place(file: part.source)
            )
        }
        return Mistake(
            "the experiment names no image, and target `\(target.name)` executes nothing else",
            fix: "add `environment: {image: …}`, or give the target an image: `targets.\(target.name).image`",
            code: "no-image",
            place: Place(file: part.source)
        )
    }

    private func check(_ recipe: RecipeDeclaration, _ environment: EnvironmentDeclaration, root: String) throws {
        guard let status = try files.status(recipe.file), status.kind != .folder else {
            throw Mistake(
                "cannot find the recipe `\(recipe.file)`",
                fix:
                    "write it there, or correct `environment.build.\(recipe.kind.rawValue)`; paths count from the file",
                code: "recipe-missing",
                place: environment.place
            )
        }
        for (name, path) in [("recipe", recipe.file), ("context", recipe.context)]
        where path != root && !path.hasPrefix(root + "/") {
            throw Mistake(
                "the \(name) `\(path)` lies outside of the project",
                why: "an image is built from the frozen code of `\(root)`, and from nothing else",
                fix: "move it into the project",
                code: "recipe-outside",
                place: environment.place
            )
        }
    }
}
