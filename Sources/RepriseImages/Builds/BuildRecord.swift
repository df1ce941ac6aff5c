import RepriseModel

/// What is known of a build, in `record.json` of its folder: enough to build the same again from the same code.
package struct BuildRecord: Hashable, Sendable, Codable {
    package var version = 1
    package var recipe: ImageRecipe
    package var image: ImageIdentity
    /// What each base was pinned to, by the reference in the recipe.
    package var bases: [String: ImageIdentity]
    package var engine: String
    package var engineVersion: String
    package var startedAt: Timestamp
    package var endedAt: Timestamp
    /// Ids that the same recipe gave before, where the engine does not build bit for bit the same; newest first.
    package var earlier: [Digest]
    /// What the recipe's digest could not hold.
    package var notes: [String]
}

/// An image that came of a recipe.
package struct BuiltImage: Hashable, Sendable {
    package var image: ImageIdentity
    /// What each base is pinned to, for `reprise.lock`.
    package var bases: [String: ImageIdentity]
    /// False where it was there already.
    package var isNew: Bool
    /// Sentences for a person: what could not be pinned, and that the image is another one than before.
    package var notes: [String]
    /// Path of the engine's whole output.
    package var log: String
}
