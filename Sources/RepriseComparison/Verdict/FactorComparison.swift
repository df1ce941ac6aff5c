import OrderedCollections
import RepriseModel

extension Factor {
    /// What differs between two executions, kind by kind and within a kind by name. Results are no factors.
    package static func between(_ left: Execution, _ right: Execution, changedFiles: [String] = []) -> [Factor] {
        let (one, other) = (left.record.request, right.record.request)
        var factors: [Factor] = []
        if let before = left.manifest, let after = right.manifest {
            factors += code(before.code, after.code, files: changedFiles)
            factors += changes(.environment, software(before), software(after))
                .map { naming($0, one, other) }
        }
        factors += changes(.command, commands(one), commands(other))
        factors += changes(.data, data(left), data(right))
        factors += changes(.parameter, parameters(one), parameters(other))
        factors += single(.seed, .integer(one.seed.value), .integer(other.seed.value))
        factors += changes(.variable, variables(one), variables(other))
        factors += single(.determinism, .bool(one.determinism), .bool(other.determinism))
        factors += changes(.resources, resources(one), resources(other))
        factors += single(.target, .string(targets(one)), .string(targets(other)))
        if let before = left.record.machine, let after = right.record.machine {
            factors += changes(.machine, before.facts, after.facts)
        }
        let order = Dictionary(uniqueKeysWithValues: zip(Kind.allCases, 0...))
        return factors.sorted { (order[$0.kind] ?? 0, $0.name) < (order[$1.kind] ?? 0, $1.name) }
    }

    /// The run's target, and behind it those of steps that went elsewhere.
    static func targets(_ request: RunRequest) -> String {
        let others = request.steps.filter { request.target(of: $0) != request.target }
            .map { "\($0.name ?? "") on \(request.target(of: $0))" }
        return ([request.target] + others).joined(separator: ", ")
    }

    private static func code(_ left: CodeTree, _ right: CodeTree, files: [String]) -> [Factor] {
        guard left != right else { return [] }
        if left.tree != right.tree {
            let (one, other) = (Value.string(short(left.tree)), Value.string(short(right.tree)))
            return [Factor(kind: .code, name: "code", left: one, right: other, files: files.sorted())]
        }
        let folders: (CodeTree) -> Value = { tree in .list(tree.emptyFolders.map(Value.string)) }
        return changes(
            .code,
            ["folder": .string(left.folder), "empty folders": folders(left)],
            ["folder": .string(right.folder), "empty folders": folders(right)]
        )
    }

    private static func short(_ tree: String) -> String { String(tree.prefix(12)) }

    /// The facts of the environment, and behind their names those of steps that have another one.
    static func software(_ manifest: SnapshotManifest) -> Mapping {
        var facts = manifest.environment.facts
        facts["kind"] = .string(manifest.environment.kind)
        for (step, environment) in (manifest.steps ?? [:]).sorted(by: { $0.key < $1.key }) {
            facts["kind of \(step)"] = .string(environment.kind)
            for (name, fact) in environment.facts { facts["\(name) of \(step)"] = fact }
        }
        return facts
    }

    /// An image by the name that the run's author wrote, with its content.
    static func words(image: Value?, _ request: RunRequest) -> Value? {
        guard let id = image?.stringValue.flatMap(Digest.init) else { return image }
        let used = request.steps.compactMap(\.environment?.image).first { $0.id == id }
        return .string(used.map { "\($0.reference) (\(id.short))" } ?? id.short)
    }

    static func isImage(_ fact: String) -> Bool { fact == "image" || fact.hasPrefix("image of ") }

    private static func naming(_ factor: Factor, _ left: RunRequest, _ right: RunRequest) -> Factor {
        guard isImage(factor.name) else { return factor }
        var factor = factor
        factor.left = words(image: factor.left, left)
        factor.right = words(image: factor.right, right)
        return factor
    }

    /// By the manifest where it is kept, else by what the request was resolved to.
    private static func data(_ execution: Execution) -> Mapping {
        let pairs =
            execution.manifest?.data.map { ($0.name, $0.digest) }
            ?? execution.record.request.data.map { ($0.name, $0.digest) }
        return Mapping(pairs.map { ($0.0, .string($0.1.short)) }, uniquingKeysWith: { _, last in last })
    }

    static func parameters(_ request: RunRequest) -> Mapping {
        Mapping(request.parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
    }

    /// The experiment's own variables, and credentials by their names.
    private static func variables(_ request: RunRequest) -> Mapping {
        request.variables.merging(request.credentials) { variable, _ in variable }
    }

    private static func commands(_ request: RunRequest) -> Mapping {
        Mapping(
            request.steps.enumerated().map { ($1.name ?? "\($0 + 1)", .string($1.command.words)) },
            uniquingKeysWith: { _, last in last }
        )
    }

    private static func resources(_ request: RunRequest) -> Mapping {
        var all: Mapping = [:]
        for (index, step) in request.steps.enumerated() {
            let before = request.steps.count > 1 ? (step.name ?? "\(index + 1)") + "." : ""
            let amounts = (try? Value(encoding: step.resources))?.mapValue ?? [:]
            for (name, amount) in amounts { all[before + name] = amount }
            if let splits = step.splits { all[before + "splits"] = .integer(Int64(splits)) }
        }
        return all
    }

    private static func single(_ kind: Kind, _ left: Value, _ right: Value) -> [Factor] {
        left == right ? [] : [Factor(kind: kind, name: kind.rawValue, left: left, right: right)]
    }

    private static func changes(_ kind: Kind, _ left: Mapping, _ right: Mapping) -> [Factor] {
        Set(left.keys).union(right.keys)
            .filter { !isSame(left[$0], right[$0]) }
            .map { Factor(kind: kind, name: $0, left: left[$0], right: right[$0]) }
    }
}

/// Equal values, whatever the order of a map's keys; NaN equals NaN.
func isSame(_ left: Value?, _ right: Value?) -> Bool {
    left == right || left?.canonical.json() == right?.canonical.json()
}

extension Command {
    /// The command for people: words that only a run knows stand as their variables.
    var words: String {
        func text(_ pieces: [CommandPiece]) -> String {
            pieces.map { piece in
                switch piece {
                case .text(let text): text
                case .run(let word): "${\(word.variable)}"
                }
            }
            .joined()
        }
        switch self {
        case .list(let words): return words.map(text).joined(separator: " ")
        case .shell(let pieces): return text(pieces)
        }
    }
}
