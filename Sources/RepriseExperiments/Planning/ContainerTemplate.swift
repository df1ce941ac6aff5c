import OrderedCollections
import RepriseModel
import RepriseYAML

/// The templates of one step's environment, read once and filled in for every variant.
struct ContainerTemplate {
    private let container: ContainerText
    private let image: Template?
    private let arguments: OrderedDictionary<String, Template>

    init(_ container: ContainerText, _ names: TemplateNames) throws {
        self.container = container
        var names = names
        switch container.source {
        case .image(let text, _):
            names.owner = "the name of an image"
            image = try Template(text, names: names)
            arguments = [:]
        case .build(let recipe):
            names.owner = "a build argument"
            image = nil
            arguments = try recipe.arguments.mapValues { try Template($0, names: names) }
        case .host, .unsaid: (image, arguments) = (nil, [:])
        }
    }

    func declaration(_ values: TemplateValues) throws -> EnvironmentDeclaration {
        EnvironmentDeclaration(
            try source(values),
            network: container.network,
            isReadOnly: container.isReadOnly,
            sharedMemory: container.sharedMemory,
            place: place,
            fence: container.fence?.key
        )
    }

    private var place: Place? {
        switch container.source {
        case .image(let text, _): text.place
        case .build(let recipe): recipe.place
        case .host, .unsaid: container.fence?.place
        }
    }

    private func source(_ values: TemplateValues) throws -> EnvironmentDeclaration.Source {
        switch container.source {
        case .unsaid: return .unsaid
        case .host: return .host
        case .image(let written, let folder):
            let text = ValueText.trimmed(try image?.text(values) ?? "")
            // A name with spaces or control characters inside is nothing that an engine or a registry has.
            guard !text.isEmpty, !text.contains(where: { $0.isNewline || $0 == "\0" }), text.utf8.count <= 4096 else {
                throw Mistake(
                    text.isEmpty ? "the image of a variant is empty" : "`\(text.prefix(60))` is no name of an image",
                    code: "wrong-value",
                    place: written.place
                )
            }
            return .image(text, folder: folder)
        case .build(let recipe):
            return .recipe(
                RecipeDeclaration(
                    kind: recipe.kind,
                    file: recipe.file,
                    context: recipe.context,
                    arguments: try arguments.mapValues { try $0.text(values) }
                )
            )
        }
    }
}
