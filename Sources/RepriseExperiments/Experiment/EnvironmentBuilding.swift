import OrderedCollections
import RepriseModel
import RepriseYAML

/// Types `environment`, of an experiment and of its steps.
struct EnvironmentBuilding {
    let file: ExperimentFile

    func environment() throws -> ExperimentEnvironment {
        var environment = ExperimentEnvironment()
        guard let value = file.root["environment"], let map = value.map else { return environment }
        environment.variables = OrderedDictionary(
            uniqueKeysWithValues: (map["variables"]?.value.map ?? [:]).map { ($0.key, LocatedText($0.value.value)) }
        )
        environment.credentials = (map["credentials"]?.value.map ?? [:]).mapValues(\.value.value)
        try checkVariables(map)
        environment.container = try container(value, over: ContainerText(), name: "environment")
        return environment
    }

    /// `name` is the dotted name of the value. What the value leaves out stays as in `base`, but a step that is executed
    /// on the host takes over nothing of a container's.
    func container(_ value: LocatedValue?, over base: ContainerText, name: String) throws -> ContainerText {
        guard let value, let map = value.map else { return base }
        let keys = map.filter { !$0.value.value.isNull }
        let isHost = keys["host"]?.value.value.boolValue == true
        try checkChoice(keys, isHost: isHost, name: name)
        if isHost {
            var host = ContainerText()
            host.source = .host
            return host
        }
        var container = base
        if let image = keys["image"] {
            container.source = .image(
                try self.image(image.value, name: name),
                folder: file.path(".", at: image.value.place)
            )
        } else if let build = keys["build"] {
            container.source = .build(try recipe(build.value, name: name))
        } else if case .host = base.source, keys["host"] != nil {
            container.source = .unsaid
        }
        try fence(keys, name: name, &container)
        return container
    }

    /// At most one of those that exclude each other.
    private func checkChoice(_ keys: LocatedMapping, isHost: Bool, name: String) throws {
        if keys["image"] != nil, let build = keys["build"] {
            throw Mistake(
                "`\(name)` has both `image` and `build`",
                fix: "keep one of them; where a file under `extends` says the other, write `image: !remove`",
                code: "wrong-value",
                place: build.place
            )
        }
        guard isHost else { return }
        let others = ["image", "build", "network", "read-only", "shared-memory"]
        guard let other = others.compactMap({ keys[$0] }).first else { return }
        throw Mistake(
            "`\(name)` has both `host: true` and `\(other.key)`",
            why: "on the host there is no container that could follow it",
            fix: "keep one of them",
            code: "wrong-value",
            place: other.place
        )
    }

    private func image(_ value: LocatedValue, name: String) throws -> LocatedText {
        let text = LocatedText(value)
        guard text.text.contains(where: { !$0.isWhitespace }) else {
            throw Mistake(
                "`\(name).image` is empty",
                fix: "name an image, such as `docker.io/library/python:3.12-slim`",
                code: "wrong-value",
                place: value.place
            )
        }
        return text
    }

    private func recipe(_ value: LocatedValue, name: String) throws -> RecipeText {
        let (dockerfile, definition) = (given(value["dockerfile"]), given(value["definition"]))
        guard let text = dockerfile ?? definition, dockerfile == nil || definition == nil else {
            throw Mistake(
                "`\(name).build` must have one of `dockerfile` and `definition`",
                code: "wrong-value",
                place: value.place
            )
        }
        guard !text.value.text.isEmpty else {
            throw Mistake("the path of the recipe is empty", code: "wrong-value", place: text.place)
        }
        let path = file.path(text.value.text, at: text.place)
        let arguments = value["arguments"]?.map ?? [:]
        try checkArguments(arguments)
        return RecipeText(
            kind: dockerfile == nil ? .definition : .dockerfile,
            file: path,
            context: given(value["context"]).map { file.path($0.value.text, at: $0.place) } ?? file.folder,
            arguments: OrderedDictionary(uniqueKeysWithValues: arguments.map { ($0.key, LocatedText($0.value.value)) }),
            place: text.place
        )
    }

    private func given(_ value: LocatedValue?) -> LocatedValue? { value.flatMap { $0.isNull ? nil : $0 } }

    private func fence(_ keys: LocatedMapping, name: String, _ container: inout ContainerText) throws {
        if let network = keys["network"]?.value.value.stringValue {
            container.network = StepEnvironment.Network(rawValue: network) ?? .engine
        }
        if let flag = keys["read-only"]?.value.value.boolValue { container.isReadOnly = flag }
        if let size = keys["shared-memory"]?.value.value {
            container.sharedMemory = size.integerValue ?? size.stringValue.flatMap { Quantities.bytes($0) }
            guard container.sharedMemory != 0 else {
                throw Mistake(
                    "`\(name).shared-memory` must be more than 0",
                    code: "wrong-value",
                    place: keys["shared-memory"]?.value.place
                )
            }
        }
        let first = ["network", "read-only", "shared-memory"].compactMap { keys[$0] }.first
        guard let first, container.isFenced else { return }
        container.fence = (first.key, first.place)
    }
}

extension ContainerText {
    fileprivate var isFenced: Bool { network != .engine || isReadOnly || sharedMemory != nil }
}

extension EnvironmentBuilding {
    private func checkArguments(_ arguments: LocatedMapping) throws {
        for entry in arguments.values where !isVariableName(entry.key) {
            throw Mistake(
                "`\(entry.key)` is no name of a build argument",
                why: "letters, digits and `_` can stand in one, and no digit first",
                code: "wrong-name",
                place: entry.place
            )
        }
    }

    private func checkVariables(_ map: LocatedMapping) throws {
        let variables = map["variables"]?.value.map ?? [:]
        for entry in Array(variables.values) + Array((map["credentials"]?.value.map ?? [:]).values) {
            guard isVariableName(entry.key) else {
                throw Mistake(
                    "`\(entry.key)` is no name of an environment variable",
                    why: "letters, digits and `_` can stand in one, and no digit first",
                    code: "wrong-name",
                    place: entry.place
                )
            }
            guard !entry.key.hasPrefix("REPRISE_") else {
                throw Mistake(
                    "`\(entry.key)` is set by Reprise itself",
                    fix: "choose a name that does not begin with `REPRISE_`",
                    code: "wrong-name",
                    place: entry.place
                )
            }
        }
        for (key, entry) in map["credentials"]?.value.map ?? [:] where variables[key] != nil {
            throw Mistake(
                "`\(key)` stands under both `variables` and `credentials`",
                fix: "keep one of them",
                code: "duplicate-key",
                place: entry.place
            )
        }
    }

    private func isVariableName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.enumerated()
                .allSatisfy { index, byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "_"):
                        true
                    case UInt8(ascii: "0")...UInt8(ascii: "9"): index > 0
                    default: false
                    }
                }
    }
}
