import OrderedCollections
import RepriseModel
import RepriseSystem

/// A recipe with everything that decides what comes of it.
struct PreparedRecipe {
    /// Goes up when the same recipe would be built in another way.
    static let contract: Int64 = 1

    let recipe: ImageRecipe
    let reading: RecipeReading
    let context: BuildContext
    let bases: [String: ImageIdentity]
    /// SHA-256 over the recipe's bytes, what it copies, its bases by content, and its arguments.
    let digest: Digest

    init(
        _ recipe: ImageRecipe,
        text: String,
        reading: RecipeReading,
        context: BuildContext,
        bases: [String: ImageIdentity]
    ) throws {
        self.recipe = recipe
        self.reading = reading
        self.context = context
        self.bases = bases
        let value: Value = .map([
            "contract": .integer(Self.contract),
            "format": .string(recipe.kind.format.rawValue),
            "recipe": .string(SHA256Hasher.digest(of: text.utf8).description),
            "files": context.value,
            "bases": try Value(encoding: bases.mapValues(\.id)),
            "arguments": try Value(encoding: recipe.arguments),
        ])
        digest = SHA256Hasher.digest(of: value.canonical.jsonBytes())
    }
}
