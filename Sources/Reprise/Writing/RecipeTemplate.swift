import RepriseModel

/// The first recipe of an environment, for people who have none: one for each way in which dependencies are named.
public struct RecipeTemplate: Sendable {
    public let name: String
    /// What it is for, in a few words.
    public let about: String
    /// Its files, the recipe first.
    let files: [(name: String, text: String)]

    /// Whether Apptainer builds it, and not Podman or Docker.
    var isDefinition: Bool { files[0].name.hasSuffix(".def") }

    /// The lines that an experiment file needs.
    var declaration: String {
        """
        environment:
          build: {\(isDefinition ? "definition" : "dockerfile"): \(files[0].name)}
        """
    }

    /// Every template, those that need least first.
    public static let all: [RecipeTemplate] = [
        python, uv, conda, cuda, r, julia, system, apptainerPython, apptainerConda, apptainerCUDA, apptainerR,
    ]

    /// Throws `Mistake` with the near misses.
    static func named(_ name: String) throws -> RecipeTemplate {
        if let template = all.first(where: { $0.name == name }) { return template }
        throw Mistake(
            "there is no recipe template `\(name)`",
            why: "there are " + all.map { "`\($0.name)`" }.joined(separator: ", "),
            fix: nearestName(to: name, among: all.map(\.name)).map { "did you mean `\($0)`?" },
            code: "unknown-recipe"
        )
    }
}
