import RepriseModel
import RepriseSystem

/// Frozen code that is to be put into an image, on top of the one that it is executed in.
package struct BakeOrder: Hashable, Sendable {
    package var snapshot: Digest
    /// The checkout of the snapshot's code.
    package var code: String
    /// Where commands start, below the code; empty for its root.
    package var folder: String
    package var base: ImageIdentity
    /// Sorted by name when they are written.
    package var labels: [String: String]

    package init(snapshot: Digest, code: String, folder: String, base: ImageIdentity, labels: [String: String]) {
        self.snapshot = snapshot
        self.code = code
        self.folder = folder
        self.base = base
        self.labels = labels
    }

    /// Where the code lies in the image.
    package static let place = "/reprise/work"
}

extension ImageBuilder {
    /// The image with the code in it; built once for the same code, base and labels.
    package func bake(
        _ order: BakeOrder,
        on engine: any ContainerEngine,
        progress: @escaping @Sendable (ImageProgress) -> Void
    ) async throws -> BuiltImage {
        let isDefinition = engine.kind == .apptainer
        let base = "sha256:\(order.base.id)"
        let text = isDefinition ? order.definition(from: base) : order.dockerfile(from: base)
        let recipe = ImageRecipe(isDefinition ? .definition : .dockerfile, path: "snapshot \(order.snapshot.short)")
        let prepared = try PreparedRecipe(
            recipe,
            text: text,
            reading: isDefinition
                ? DefinitionReader.read(text, file: recipe.path) : DockerfileReader.read(text, file: recipe.path),
            context: BuildContext(
                order.code,
                // Deeper than its root, since engines obey a `.dockerignore` there.
                below: "code/",
                sources: .everything,
                ignoring: [],
                files: files,
                trees: trees
            ),
            bases: [base: order.base]
        )
        return try await image(of: prepared, nil, engine, progress)
    }
}

extension BakeOrder {
    func dockerfile(from base: String) -> String {
        let labels = sorted.map { " \(quoted($0.key))=\(quoted($0.value))" }.joined()
        return """
            FROM \(base)
            COPY code \(Self.place)
            WORKDIR \(Self.place)\(folder.isEmpty ? "" : "/" + folder)
            \(labels.isEmpty ? "" : "LABEL" + labels)

            """
    }

    func definition(from base: String) -> String {
        """
        Bootstrap: localimage
        From: \(base)

        %files
            code \(Self.place)

        %labels
        \(sorted.map { "    \($0.key) \($0.value.filter { !$0.isNewline })" }.joined(separator: "\n"))

        """
    }

    private var sorted: [(key: String, value: String)] { labels.sorted { $0.key < $1.key } }

    private func quoted(_ text: String) -> String {
        let escaped = text.filter { !$0.isNewline }.map { "\"\\$".contains($0) ? "\\\($0)" : "\($0)" }.joined()
        return "\"\(escaped)\""
    }
}
