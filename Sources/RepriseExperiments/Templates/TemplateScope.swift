import RepriseModel

/// What the names in templates mean.
package struct TemplateScope: Sendable {
    package var parameters: Value
    package var project: String
    package var dataNames: [String]
    /// Whether what only the job knows may stand here; not so in a run's name or tags.
    package var runWords: Bool

    package init(parameters: Value, project: String, dataNames: [String] = [], runWords: Bool = true) {
        self.parameters = parameters
        self.project = project
        self.dataNames = dataNames
        self.runWords = runWords
    }

    enum Meaning {
        case value(Value)
        case word(RunWord)
    }

    func meaning(of name: String, at place: Place) throws -> Meaning {
        if let value = parameters[path: name] { return .value(value) }
        if name == "project" { return .value(.string(project)) }
        if let word = word(name) {
            if runWords { return .word(word) }
            throw Mistake(
                "`\(name)` is not known here",
                why: "it belongs to a job, and this is filled in before there is one",
                fix: "use a parameter",
                code: "template-too-early",
                place: place
            )
        }
        throw unknown(name, at: place)
    }

    private func word(_ name: String) -> RunWord? {
        if let word = Self.words[name] { return word }
        guard name.hasPrefix("data.") else { return nil }
        let item = String(name.dropFirst("data.".count))
        return dataNames.contains(item) ? .data(item) : nil
    }

    private func unknown(_ name: String, at place: Place) -> Mistake {
        let known =
            parameters.leaves.map(\.path) + ["project"] + Self.words.keys.sorted() + dataNames.map { "data.\($0)" }
        return Mistake(
            "unknown name `\(name)` in a template",
            why: "known here: \(known.prefix(20).map { "`\($0)`" }.joined(separator: ", "))",
            fix: nearestName(to: name, among: known).map { "did you mean `{{ \($0) }}`?" }
                ?? "add it under `parameters`, or write `{{ \"{{\" }}` for two braces",
            code: "unknown-template-name",
            place: place
        )
    }

    private static let words: [String: RunWord] = [
        "run.id": .runID, "run.dir": .runDirectory, "seed": .seed, "outputs": .outputs, "attempt": .attempt,
        "split": .split, "splits": .splits,
    ]
}
