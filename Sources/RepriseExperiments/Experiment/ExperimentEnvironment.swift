import OrderedCollections
import RepriseModel
import RepriseYAML

/// What the commands run in, as the file says it: the variables for all steps, and the container of those steps that say
/// nothing of their own.
package struct ExperimentEnvironment: Sendable {
    package var container = ContainerText()
    package var variables: OrderedDictionary<String, LocatedText> = [:]
    /// Environment variable → name of a credential of the site.
    package var credentials: Mapping = [:]
}

/// Where a step is executed, its templates not yet filled in.
package struct ContainerText: Sendable {
    package enum Source: Sendable {
        /// Nothing is said: the machine itself, or the image that the target has for such steps.
        case unsaid
        /// `host: true`: the machine itself, whatever the target has.
        case host
        /// Relative paths count from `folder`.
        case image(LocatedText, folder: String)
        case build(RecipeText)
    }

    package var source = Source.unsaid
    package var network = StepEnvironment.Network.engine
    package var isReadOnly = false
    /// Bytes; nil for the engine's own.
    package var sharedMemory: Int64?
    /// Where the first of the keys stands that only a container can follow; nil where none does.
    package var fence: (key: String, place: Place)?
}

/// A recipe of an image. Paths are absolute.
package struct RecipeText: Sendable {
    package var kind: RecipeDeclaration.Kind
    package var file: String
    package var context: String
    package var arguments: OrderedDictionary<String, LocatedText>
    package var place: Place
}

/// Where a step of one variant is executed: decided by the experiment, not yet looked for on any engine.
package struct EnvironmentDeclaration: Hashable, Sendable {
    package enum Source: Hashable, Sendable {
        /// The machine itself, or the image that the target has for such steps.
        case unsaid
        /// The machine itself, whatever the target has.
        case host
        /// A reference as the person wrote it; relative paths count from `folder`.
        case image(String, folder: String)
        case recipe(RecipeDeclaration)
    }

    package var source: Source
    package var network: StepEnvironment.Network
    package var isReadOnly: Bool
    package var sharedMemory: Int64?
    /// Where the image, the recipe or, without either, the first of the other keys stands; nil where nothing does.
    package var place: Place?
    /// The first key that only a container can follow: `network`, `read-only`, `shared-memory`.
    package var fence: String?

    package init(
        _ source: Source,
        network: StepEnvironment.Network = .engine,
        isReadOnly: Bool = false,
        sharedMemory: Int64? = nil,
        place: Place? = nil,
        fence: String? = nil
    ) {
        self.source = source
        self.network = network
        self.isReadOnly = isReadOnly
        self.sharedMemory = sharedMemory
        self.place = place
        self.fence = fence
    }

    /// What a person wrote for it: the reference, or the recipe's file name; nil without either.
    package var text: String? {
        switch source {
        case .image(let text, _): text
        case .recipe(let recipe): recipe.file.split(separator: "/").last.map(String.init)
        case .unsaid, .host: nil
        }
    }
}

/// How an image is to be built. Paths are absolute and lie in the project, whose frozen code the build gets.
package struct RecipeDeclaration: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case dockerfile, definition
    }

    package var kind: Kind
    package var file: String
    /// The folder from which the recipe copies.
    package var context: String
    package var arguments: OrderedDictionary<String, String>
}
