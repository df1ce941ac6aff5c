import RepriseExperiments
import RepriseModel
import RepriseSystem

extension Laboratory {
    /// Writes a first experiment, a site file and an ignore file into this folder; returns their names. Replaces nothing
    /// unless `force`.
    ///
    /// With a recipe, that is written beside them; where an experiment is there already, the recipe alone.
    public func scaffold(force: Bool = false, recipe: String? = nil) throws -> [String] {
        let parts = lastName(of: folder).map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" ? $0 : "-" }
        let name = parts.isEmpty ? "first" : String(parts)
        let template = try recipe.map { try RecipeTemplate.named($0) }
        let scaffold = Scaffold(
            files: world.files,
            folder: folder,
            name: name,
            schema: Self.schema(),
            recipe: template
        )
        return try scaffold.write(force: force)
    }

    /// What an experiment file says to be executed in an image of that recipe template.
    public static func declaration(ofRecipe name: String) throws -> String {
        try RecipeTemplate.named(name).declaration
    }

    /// The JSON Schema (draft 2020-12) of experiment files, for editors.
    public static func schema() -> String { experimentSchemaJSON() }
}
