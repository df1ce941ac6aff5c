import OrderedCollections
import RepriseModel

/// The JSON Schema (draft 2020-12) of experiment files, for editors. It comes from what validation checks.
package func experimentSchemaJSON() -> String {
    var schema: Mapping = [
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Reprise experiment",
        "description":
            "What is evaluated, and nothing about where. Checked by `reprise run`; see docs/experiment-file.md.",
    ]
    for (key, value) in ExperimentSchema.root.jsonSchema.mapValue ?? [:] { schema[key] = value }
    return Value.map(schema).json(pretty: true) + "\n"
}

extension Shape {
    fileprivate var jsonSchema: Value {
        switch self {
        case .text, .function: ["type": "string"]
        case .word: ["type": ["string", "number"]]
        case .flag: ["type": "boolean"]
        case .whole(let range):
            range.upperBound == .max
                ? ["type": "integer", "minimum": .integer(range.lowerBound)]
                : ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
        case .amount: ["type": "number", "minimum": 0]
        case .choice(let words): ["enum": .list(words.map(Value.string))]
        case .size: quantity(#"^ *[0-9.]+ *([kKmMgGtT]?[bB]?|[kKmMgGtT]i[bB])$"#, example: "4GiB", least: "integer")
        case .time: quantity(#"^[0-9.:]+ *(ms|s|m|min|h|d)?"#, example: "30m", least: "number")
        case .anything: .map([:])
        case .list(let item): ["type": "array", "items": item.jsonSchema]
        case .map(let item): ["type": ["object", "null"], "additionalProperties": item.jsonSchema]
        case .keys(let keys, let others): object(keys, others: others)
        case .either(let shapes): ["anyOf": .list(shapes.map(\.jsonSchema))]
        }
    }

    private func quantity(_ pattern: String, example: String, least: String) -> Value {
        [
            "anyOf": [
                ["type": .string(least), "minimum": 0],
                ["type": "string", "pattern": .string(pattern), "examples": [.string(example)]],
            ]
        ]
    }

    private func object(_ keys: [SchemaKey], others: Shape?) -> Value {
        var properties: Mapping = [:]
        for key in keys {
            var property: Mapping = ["description": .string(key.description)]
            for (name, value) in key.shape.jsonSchema.mapValue ?? [:] { property[name] = value }
            properties[key.name] = .map(property)
        }
        var schema: Mapping = ["type": "object", "properties": .map(properties)]
        let required = keys.filter(\.isRequired).map { Value.string($0.name) }
        if !required.isEmpty { schema["required"] = .list(required) }
        schema["additionalProperties"] = others?.jsonSchema ?? false
        return .map(schema)
    }
}
