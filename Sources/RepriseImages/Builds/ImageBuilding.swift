import RepriseModel
import RepriseSystem

extension ImageBuilder {
    /// The image that the record names, if somebody has it still.
    func kept(
        _ prepared: PreparedRecipe,
        _ expected: Digest?,
        _ engine: any ContainerEngine,
        _ progress: @escaping @Sendable (ImageProgress) -> Void
    ) async throws -> BuiltImage? {
        guard let record = try record(prepared.digest), expected == nil || record.image.id == expected else {
            return nil
        }
        if await !engine.holds(record.image.id) {
            do {
                _ = try await supply.ensure(record.image, on: engine, progress: progress)
            } catch let error as EngineError where error.isAbsence {
                progress(.line("the image of `\(record.recipe.path)` is gone: it is built again"))
                return nil
            }
        }
        return BuiltImage(
            image: record.image,
            bases: record.bases,
            isNew: false,
            notes: record.notes,
            log: place(of: prepared.digest) + "/build.log"
        )
    }

    /// Builds and records it. The caller holds the build's lock.
    func buildAnew(
        _ prepared: PreparedRecipe,
        _ expected: Digest?,
        _ engine: any ContainerEngine,
        _ progress: @escaping @Sendable (ImageProgress) -> Void
    ) async throws -> BuiltImage {
        let started = clock.now()
        let made = try await make(prepared, engine, progress)
        let earlier = try record(prepared.digest)
        let image = ImageIdentity(
            format: prepared.recipe.kind.format,
            id: made.id,
            reference: prepared.recipe.path,
            architecture: made.architecture,
            recipe: prepared.digest
        )
        if let expected, expected != image.id {
            throw EngineError.digestMismatch(
                prepared.recipe.path,
                expected: "sha256:\(expected)",
                found: "sha256:\(image.id), built again"
            )
        }
        let record = BuildRecord(
            recipe: prepared.recipe,
            image: image,
            bases: prepared.bases,
            engine: engine.kind.rawValue,
            engineVersion: try await engine.facts().version,
            startedAt: started,
            endedAt: clock.now(),
            earlier: (earlier.map { [$0.image.id] + $0.earlier } ?? []).filter { $0 != image.id },
            notes: prepared.reading.notes
        )
        let place = place(of: prepared.digest)
        try write(record, prepared.digest)
        var notes = record.notes
        if let before = earlier?.image.id, before != image.id {
            notes.append(
                """
                `\(prepared.recipe.path)` gave another image than before: \(image.id.short) instead of \
                \(before.short), which was gone; runs of that one cannot be repeated here
                """
            )
        }
        return BuiltImage(
            image: image,
            bases: prepared.bases,
            isNew: true,
            notes: notes,
            log: place + "/build.log"
        )
    }

    private func make(
        _ prepared: PreparedRecipe,
        _ engine: any ContainerEngine,
        _ progress: @escaping @Sendable (ImageProgress) -> Void
    ) async throws -> LocalImage {
        let place = place(of: prepared.digest)
        // What a killed build left.
        for name in try files.names(in: place) where name.hasPrefix("draft") { try files.remove("\(place)/\(name)") }
        let names = try await baseNames(prepared, engine, progress)
        let recipe = place + (prepared.recipe.kind == .dockerfile ? "/Dockerfile" : "/recipe.def")
        try files.write(prepared.reading.pinned { names[$0] ?? $0 }, to: recipe)
        let draft = try trees.makeDraft(of: place + "/draft")
        let context = draft + "/context"
        let order = BuildOrder(
            recipe: recipe,
            context: context,
            name: prepared.recipe.kind == .dockerfile
                ? "localhost/reprise-build:\(prepared.digest)" : place + "/image.sif",
            labels: ["org.reprise.recipe": prepared.digest.description],
            arguments: prepared.reading.arguments,
            sourceDate: RecipeReading.sourceDate
        )
        do {
            try prepared.context.copy(to: context, files: files)
            let image = try await executed(order, of: prepared.recipe.path, log: place + "/build.log", engine, progress)
            try files.remove(draft)
            return image
        } catch {
            try files.remove(draft)
            throw error
        }
    }

    /// What stands in the pinned recipe for each base. All of them are here then.
    private func baseNames(
        _ prepared: PreparedRecipe,
        _ engine: any ContainerEngine,
        _ progress: @escaping @Sendable (ImageProgress) -> Void
    ) async throws -> [String: String] {
        var names: [String: String] = [:]
        for (reference, base) in prepared.bases {
            names[reference] = try await engine.pinned(base, by: supply, progress)
        }
        return names
    }

    /// Keeps every line of the engine, and tells the last ones of a recipe that fails.
    func executed(
        _ order: BuildOrder,
        of recipe: String,
        log: String,
        _ engine: any ContainerEngine,
        _ progress: @escaping @Sendable (ImageProgress) -> Void
    ) async throws -> LocalImage {
        try files.write("", to: log)
        do {
            return try await engine.build(order) { line in
                // A log that cannot be written must not end the build.
                try? files.append(Array((line + "\n").utf8), to: log)
                progress(.line(uncoloured(line)))
            }
        } catch let error as EngineError where !error.isOfEngine {
            throw EngineError.recipeFailed(recipe, log: log, words: try lastLines(of: log, else: error.why ?? ""))
        }
    }

    private func lastLines(of log: String, else words: String) throws -> String {
        let lines = try files.text(log).split(whereSeparator: \.isNewline).filter { !trimmed($0).isEmpty }
        guard !lines.isEmpty else { return words }
        return lines.suffix(10).map { uncoloured($0) }.joined(separator: "\n       ")
    }
}

extension ContainerEngine {
    /// Makes sure of the image, and hands back what a recipe writes to begin with just it.
    ///
    /// For Podman and Docker a name of our own, since not every builder takes an id.
    func pinned(
        _ base: ImageIdentity,
        by supply: any ImageSupply,
        _ progress: @escaping @Sendable (ImageProgress) -> Void
    ) async throws -> String {
        let name = try await supply.ensure(base, on: self, progress: progress)
        guard kind != .apptainer else { return "Bootstrap: localimage\nFrom: \(name)\n" }
        let own = "localhost/reprise-base:\(base.id)"
        try await tag(LocalImage(id: base.id, name: name), as: own)
        return own
    }
}

extension EngineError {
    /// It would befall any recipe. Everything else is the recipe's: what its commands print may look like anything.
    fileprivate var isOfEngine: Bool {
        switch self {
        case .missing, .noneFound, .daemonDown, .noPermission, .noUserNamespaces, .diskFull: true
        default: false
        }
    }

    /// Nobody has the image, as far as can be seen from here.
    fileprivate var isAbsence: Bool {
        switch self {
        case .imageMissing, .unreachable, .loginMissing, .digestMismatch: true
        default: false
        }
    }
}

/// Without the sequences by which programs colour what they print.
private func uncoloured(_ line: some StringProtocol) -> String {
    var text = ""
    var rest = Substring(line)
    while let character = rest.popFirst() {
        guard character == "\u{1B}", rest.first == "[" else {
            text.append(character)
            continue
        }
        rest = rest.dropFirst().drop { !$0.isLetter }.dropFirst()
    }
    return text
}
