import RepriseModel

/// A recipe that a person wrote, and what it is given. Paths are relative to the experiment's folder.
package struct ImageRecipe: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable {
        /// For Podman and Docker.
        case dockerfile
        /// For Apptainer.
        case definition

        /// What comes of it.
        package var format: ImageIdentity.Format { self == .definition ? .sif : .oci }

        /// The engines that can build it, the first choice first.
        package var engines: [EngineKind] { EngineKind.allCases.filter { $0.format == format } }
    }

    package var kind: Kind
    package var path: String
    /// The folder from which the recipe copies.
    package var context: String
    /// Values for its ARGs, or for what stands as `{{ name }}` in a definition. They are recorded: no place for secrets.
    package var arguments: [String: String]

    package init(_ kind: Kind, path: String, context: String = ".", arguments: [String: String] = [:]) {
        self.kind = kind
        self.path = path
        self.context = context
        self.arguments = arguments
    }
}
