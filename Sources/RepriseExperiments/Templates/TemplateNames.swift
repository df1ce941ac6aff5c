import RepriseModel
import RepriseYAML

/// What the names in `{{ … }}` may stand for, in one text of an experiment.
struct TemplateNames {
    /// Everything that is a parameter in some variant, the maps on the way included.
    var parameters: Set<String>
    var data: [String] = []
    var project: String?
    /// Whether words that only a run knows may stand there: in commands.
    var allowsRunWords = false
    /// Whether the seed may stand there.
    var allowsSeed = false
    /// Whether `split` and `splits` mean something: in steps that are split.
    var isSplit = false
    /// What the text is called in messages.
    var owner = "a command"

    /// What a name stands for. A parameter wins over a word of the run; `parameters.NAME` is always a parameter.
    func word(_ name: String, at place: Place) throws -> TemplateWord {
        if parameters.contains(name) { return .parameter(name) }
        if name.hasPrefix("parameters."), parameters.contains(String(name.dropFirst("parameters.".count))) {
            return .parameter(String(name.dropFirst("parameters.".count)))
        }
        if name == "project", let project { return .text(project) }
        if name == "seed", allowsSeed { return .seed }
        guard let word = try runWord(name, at: place) else { throw unknown(name, at: place) }
        guard allowsRunWords else {
            throw Mistake(
                "`{{ \(name) }}` cannot stand in \(owner)",
                why: "only a running command knows it",
                fix: "a program finds it in the environment variable `\(word.variable)`",
                code: "wrong-template",
                place: place
            )
        }
        return .run(word)
    }

    private func runWord(_ name: String, at place: Place) throws -> RunWord? {
        switch name {
        case "run.id": return .runID
        case "run.dir": return .runDirectory
        case "outputs": return .outputs
        case "seed": return .seed
        case "attempt": return .attempt
        case "split", "splits":
            guard isSplit || !allowsRunWords else {
                throw Mistake(
                    "`{{ \(name) }}` stands in a command that is not split",
                    fix: "give the step `split: 4`, or take it out",
                    code: "wrong-template",
                    place: place
                )
            }
            return name == "split" ? .split : .splits
        default:
            guard name.hasPrefix("data."), data.contains(String(name.dropFirst(5))) else { return nil }
            return .data(String(name.dropFirst(5)))
        }
    }

    private func unknown(_ name: String, at place: Place) -> Mistake {
        var known = parameters.sorted()
        if allowsRunWords { known += ["run.id", "run.dir", "outputs", "seed", "attempt"] + data.map { "data.\($0)" } }
        if allowsSeed { known.append("seed") }
        if project != nil { known.append("project") }
        let isPlain = name.allSatisfy { $0.isLetter || $0.isNumber || "._-/".contains($0) } && !name.hasPrefix(".")
        let near = nearestName(to: name, among: known)
        return Mistake(
            "`{{ \(name.prefix(60)) }}` names nothing that is known here",
            why: known.isEmpty ? nil : "known here: " + known.prefix(20).map { "`\($0)`" }.joined(separator: ", "),
            fix: near.map { "did you mean `{{ \($0) }}`?" }
                ?? (isPlain ? "add it under `parameters`" : "write `{{ \"{{\" }}` where two braces shall stay"),
            code: "unknown-template",
            place: place
        )
    }
}

/// What a `{{ … }}` puts in.
enum TemplateWord: Hashable, Sendable {
    /// The parameter of that dotted name.
    case parameter(String)
    /// Known when the run is planned.
    case seed
    case text(String)
    case run(RunWord)
}
