import OrderedCollections
import RepriseModel
import RepriseYAML

extension ExperimentFile {
    /// Checks the file against the schema and gives it its types. Throws the first thing that is wrong.
    package func experiment() throws -> Experiment {
        try checkIsMap()
        try SchemaValidation.check(root, ExperimentSchema.root, name: "")
        var building = ExperimentBuilding(file: self)
        return try building.experiment()
    }
}

/// Types a tree that has passed the schema.
struct ExperimentBuilding {
    let file: ExperimentFile
    var unsupported: [Mistake] = []

    init(file: ExperimentFile) { self.file = file }

    private var root: LocatedValue { file.root }

    mutating func experiment() throws -> Experiment {
        let name = try self.name()
        let parameters = root["parameters"].flatMap { $0.map == nil ? nil : $0 }
        let containers = EnvironmentBuilding(file: file)
        let environment = try containers.environment()
        return Experiment(
            name: name,
            title: name.text.contains("{{") ? file.stem : name.text,
            project: try word("project"),
            description: text(root["description"]),
            tags: texts(root["tags"]),
            parameters: parameters ?? LocatedValue(.map([:]), at: root.place),
            seed: root["seed"]?.value.integerValue.flatMap { Seed(exactly: $0) },
            steps: try StepBuilding(root: root)
                .steps(
                    outputs: { try outputs($0) },
                    container: { try containers.container($0, over: environment.container, name: $1) }
                ),
            environment: environment,
            code: ExperimentCode(
                include: texts(root[path: "code.include"]).map(\.text),
                exclude: texts(root[path: "code.exclude"]).map(\.text),
                allow: texts(root[path: "code.allow"]).map(\.text)
            ),
            data: try data(),
            outputs: try outputs(root["outputs"]),
            metrics: try metrics(),
            sweep: try root["sweep"].flatMap { $0.map == nil ? nil : $0 }.map { try Sweep($0) },
            settings: root["settings"].flatMap { $0.map == nil ? nil : $0 },
            determinism: root["determinism"]?.value.boolValue ?? true,
            source: file.source,
            folder: file.folder,
            unsupported: unsupported
        )
    }

    private func name() throws -> LocatedText {
        let name = text(root["name"]) ?? LocatedText(file.stem, at: root.place)
        try checkName(name, key: "name")
        return name
    }

    private func word(_ key: String) throws -> String? {
        guard let text = text(root[key]) else { return nil }
        try checkName(text, key: key)
        return text.text
    }

    private func checkName(_ name: LocatedText, key: String) throws {
        let isOneLine = !name.text.contains { $0.isNewline || $0 == "\t" || $0 == "\0" }
        guard isOneLine, !name.text.allSatisfy(\.isWhitespace), name.text.count <= 250 else {
            throw Mistake(
                "`\(key)` must be one line of 1 to 250 characters",
                code: "wrong-name",
                place: name.place
            )
        }
    }

    private func text(_ value: LocatedValue?) -> LocatedText? {
        guard let value, value.scalar?.stringValue != nil else { return nil }
        return LocatedText(value)
    }

    private func texts(_ value: LocatedValue?) -> [LocatedText] {
        guard let value, !value.isNull else { return [] }
        return (value.list ?? [value]).map { LocatedText($0) }
    }

    private mutating func refuse(_ what: String, fix: String, at place: Place) {
        unsupported.append(Mistake("\(what) cannot be used yet", fix: fix, code: "unsupported", place: place))
    }
}

extension ExperimentBuilding {
    private mutating func data() throws -> [DataDeclaration] {
        var variables: [String: String] = [:]
        var items: [DataDeclaration] = []
        for (name, entry) in root["data"]?.map ?? [:] {
            guard !name.isEmpty else {
                throw Mistake("a data item has no name", code: "wrong-name", place: entry.place)
            }
            items.append(try item(name, entry))
            if let other = variables.updateValue(name, forKey: dataVariable(name)) {
                throw Mistake(
                    "the data items `\(other)` and `\(name)` would share the variable `\(dataVariable(name))`",
                    fix: "rename one of them",
                    code: "duplicate-key",
                    place: entry.place
                )
            }
        }
        return items
    }

    private mutating func item(_ name: String, _ entry: LocatedEntry) throws -> DataDeclaration {
        guard let map = entry.value.map else {
            return DataDeclaration(
                name: name,
                location: try location(entry.value),
                digest: nil,
                place: entry.value.place
            )
        }
        let digest = try map["sha256"].flatMap { $0.value.isNull ? nil : $0.value }
            .map { value in
                guard let digest = Digest(value.value.text.lowercased()) else {
                    throw Mistake(
                        "`data.\(name).sha256` must be 64 hexadecimal digits",
                        fix: "`sha256sum FILE` prints them",
                        code: "wrong-value",
                        place: value.place
                    )
                }
                return digest
            }
        guard let given = map["path"] ?? map["uri"], map["path"] == nil || map["uri"] == nil else {
            throw Mistake(
                "`data.\(name)` must have one of `path` and `uri`",
                code: "wrong-value",
                place: entry.value.place
            )
        }
        let place = given.value.place
        return DataDeclaration(name: name, location: try location(given.value), digest: digest, place: place)
    }

    private mutating func location(_ value: LocatedValue) throws -> DataDeclaration.Location {
        let text = value.value.text
        guard !text.isEmpty else {
            throw Mistake("the path of a data item is empty", code: "wrong-value", place: value.place)
        }
        if text.hasPrefix("file://") {
            let path = text.dropFirst("file://".count)
            return .path(
                file.path(path.hasPrefix("localhost/") ? String(path.dropFirst(9)) : String(path), at: value.place)
            )
        }
        guard let colon = text.firstRange(of: "://") else { return .path(file.path(text, at: value.place)) }
        refuse(
            "data at `\(text[..<colon.lowerBound])://`",
            fix: "fetch it, and name the local path",
            at: value.place
        )
        return .uri(text)
    }

    private mutating func outputs(_ value: LocatedValue?) throws -> [OutputRule] {
        guard let value, !value.isNull else { return [] }
        return try (value.list ?? [value])
            .map { item in
                let path = item["path"] ?? item
                let pattern = path.value.text
                let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
                guard !pattern.isEmpty, !pattern.hasPrefix("/"), !parts.contains("..") else {
                    throw Mistake(
                        "the output `\(pattern)` leaves the working directory",
                        fix:
                            "name it relative to the working directory, without `..`; or let the program write to $REPRISE_OUTPUTS",
                        code: "wrong-output",
                        place: path.place
                    )
                }
                return OutputRule(pattern: pattern, tolerance: tolerance(item["tolerance"]))
            }
    }

    private mutating func metrics() throws -> OrderedDictionary<String, MetricRule> {
        var rules: OrderedDictionary<String, MetricRule> = [:]
        for (key, entry) in root["metrics"]?.map ?? [:] {
            let goal = entry.value["goal"]?.value.stringValue.flatMap { MetricRule.Goal(rawValue: $0) }
            rules[key] = MetricRule(goal: goal, tolerance: tolerance(entry.value["tolerance"]))
        }
        return rules
    }

    /// A bare number is an absolute tolerance.
    private mutating func tolerance(_ value: LocatedValue?) -> Tolerance {
        guard let value, !value.isNull else { return .bitwise }
        if let number = value.scalar?.doubleValue { return .within(absolute: number, relative: 0) }
        if value.scalar?.stringValue == "statistical" {
            refuse("`tolerance: statistical`", fix: "give a number: `tolerance: 1e-6`", at: value.place)
            return .statistical
        }
        guard value.map != nil else { return .bitwise }
        return .within(
            absolute: value["absolute"]?.scalar?.doubleValue ?? 0,
            relative: value["relative"]?.scalar?.doubleValue ?? 0
        )
    }
}
