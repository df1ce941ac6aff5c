import OrderedCollections
import RepriseModel
import RepriseYAML

/// Fills in the templates of an experiment, which are read once, for each of its variants.
struct VariantWriter {
    private enum CommandTemplate {
        case shell(ShellTemplate)
        case list([Template])
    }

    private let experiment: Experiment
    private let project: String
    private let name: Template
    private let description: Template?
    private let tags: [Template]
    private let variables: OrderedDictionary<String, Template>
    private let commands: [CommandTemplate]
    private let containers: [ContainerTemplate]

    init(_ experiment: Experiment, project: String) throws {
        self.experiment = experiment
        self.project = project
        var names = TemplateNames(parameters: experiment.everyParameter, project: project, owner: "a name")
        name = try Template(experiment.name, names: names)
        names.owner = "a tag"
        tags = try experiment.tags.map { try Template($0, names: names) }
        names.owner = "a description"
        description = try experiment.description.map { try Template($0, names: names) }
        containers = try experiment.steps.map { try ContainerTemplate($0.container, names) }
        names.allowsSeed = true
        names.owner = "an environment variable"
        names.data = experiment.data.map(\.name)
        variables = try experiment.environment.variables.mapValues { try Template($0, names: names) }
        names.allowsSeed = false
        names.allowsRunWords = true
        names.owner = "a command"
        commands = try experiment.steps.map { step in
            names.isSplit = step.split != nil
            switch step.command {
            case .shell(let text): return .shell(try ShellTemplate(text, names: names))
            case .list(let items): return .list(try items.map { try Template($0, names: names) })
            }
        }
    }

    func planned(_ variant: Variant) throws -> PlannedVariant {
        let parameters = variant.parameters.value
        let values = TemplateValues(parameters: parameters, seed: variant.seed)
        var leaves: [(path: String, leaf: LocatedValue)] = []
        variant.parameters.collectLeaves(into: &leaves)
        return PlannedVariant(
            name: try checkedName(values),
            experiment: experiment.title,
            project: project,
            description: try description?.text(values),
            tags: try tags.map { try $0.text(values) },
            number: variant.number,
            replicate: variant.replicate,
            parameters: leaves.filter { !$0.path.isEmpty }
                .map { path, leaf in
                    Parameter(name: path, value: leaf.value, origin: leaf.place.description)
                },
            values: parameters,
            seed: variant.seed,
            steps: try zip(experiment.steps, commands)
                .map { step, template in
                    StepRequest(
                        name: step.name,
                        command: try command(template, values),
                        needs: step.needs,
                        splits: step.split,
                        outputs: step.outputs,
                        resources: step.resources,
                        retry: step.retry
                    )
                },
            environments: try containers.map { try $0.declaration(values) },
            variables: try variables.mapValues { .string(try $0.text(values)) }
        )
    }

    private func checkedName(_ values: TemplateValues) throws -> String {
        let name = try self.name.text(values)
        guard !name.contains(where: { $0.isNewline || $0 == "\0" }), !name.isEmpty, name.count <= 250 else {
            throw Mistake(
                "the name `\(name.prefix(60))` must be one line of 1 to 250 characters",
                code: "wrong-name",
                place: experiment.name.place
            )
        }
        return name
    }

    private func command(_ template: CommandTemplate, _ values: TemplateValues) throws -> Command {
        let command = try filled(template, values)
        let pieces =
            switch command {
            case .shell(let pieces): pieces
            case .list(let words): words.flatMap { $0 }
            }
        for case .text(let text) in pieces where text.utf8.contains(0) {
            throw Mistake(
                "a command cannot hold the character NUL",
                code: "wrong-value",
                place: experiment.name.place
            )
        }
        return command
    }

    private func filled(_ template: CommandTemplate, _ values: TemplateValues) throws -> Command {
        switch template {
        case .shell(let shell): return try shell.command(values)
        case .list(let items):
            let words = try items.flatMap { try $0.arguments(values) }
            guard !words.isEmpty, words[0] != [.text("")] else {
                throw Mistake("the command of a variant is empty", code: "wrong-value", place: experiment.name.place)
            }
            return .list(words)
        }
    }
}

extension Experiment {
    /// The dotted names of everything that is a parameter in some variant, the maps on the way included.
    fileprivate var everyParameter: Set<String> {
        var names = Set(parameters.allNames)
        for entry in sweep?.entries ?? [] {
            for change in entry {
                names.insert(change.name)
                var path = change.name[...]
                while let dot = path.lastIndex(of: ".") {
                    path = path[..<dot]
                    names.insert(String(path))
                }
            }
        }
        return names
    }
}
