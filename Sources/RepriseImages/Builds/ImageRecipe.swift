import RepriseModel
import RepriseSystem

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

extension ImageRecipe {
    /// The images that it begins with or copies from, as written with its variables put in. `code` is the folder from
    /// which paths count. Throws where one has no fixed name.
    package func bases(code: String, files: any FileSystem) throws -> [String] {
        try reading(of: text(code: code, files: files)).bases
    }

    func reading(of text: String) throws -> RecipeReading {
        switch kind {
        case .dockerfile: try DockerfileReader.read(text, file: path, arguments: arguments)
        case .definition: try DefinitionReader.read(text, file: path, arguments: arguments)
        }
    }

    func text(code: String, files: any FileSystem) throws -> String {
        let place = absolutePath(path, from: code)
        guard try files.status(place).map({ $0.kind != .folder }) == true else {
            throw Mistake(
                "there is no recipe `\(path)`",
                why: "where it lies here, `.gitignore` or `.repriseignore` keeps it out of snapshots",
                fix: "check `environment.build`; `reprise init --recipe` writes one",
                code: "recipe-missing"
            )
        }
        return try files.text(place)
    }
}
