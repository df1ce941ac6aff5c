import OrderedCollections
import RepriseModel

/// The JSON Schema of site files, made from the table.
package enum SiteSchema {
    package static var value: Value {
        var root = object(below: [])
        root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        root["title"] = "A site of Reprise"
        return .map(root)
    }

    private static func object(below head: [Substring]) -> Mapping {
        var properties: Mapping = [:]
        var others: Value = false
        for row in SettingTable.rows where row.parts.count > head.count && Array(row.parts.prefix(head.count)) == head {
            let key = row.parts[head.count]
            let isLeaf = row.parts.count == head.count + 1
            let child = isLeaf ? leaf(row) : .map(object(below: head + [key]))
            if key == "*" { others = child } else if properties[String(key)] == nil { properties[String(key)] = child }
        }
        var schema: Mapping = ["type": isMap(head) ? ["object", "null"] : "object"]
        if !properties.isEmpty { schema["properties"] = .map(properties) }
        schema["additionalProperties"] = others
        if head == ["targets", "*"] { schema["allOf"] = .list(TargetKind.allCases.map(restriction)) }
        return schema
    }

    private static func isMap(_ head: [Substring]) -> Bool { !head.isEmpty }

    /// Which settings a target of one kind has.
    private static func restriction(_ kind: TargetKind) -> Value {
        [
            "if": ["properties": ["kind": ["const": .string(kind.rawValue)]], "required": ["kind"]],
            "then": ["propertyNames": ["enum": .list(SettingTable.keys(of: kind).map(Value.string))]],
        ]
    }

    private static func leaf(_ row: SettingDefinition) -> Value {
        var schema = type(row.type)
        schema["description"] = .string(row.help)
        if let standard = row.standard { schema["default"] = .string(row.type.text(of: standard)) }
        return .map(schema)
    }

    private static func type(_ type: SettingType) -> Mapping {
        switch type {
        case .text: ["type": ["string", "null"]]
        case .whole(let least): ["type": ["integer", "null"], "minimum": .integer(least)]
        case .bytes, .duration: ["type": ["string", "integer", "null"]]
        case .choice(let names): ["enum": .list(names.map(Value.string) + [.null])]
        case .texts: ["type": ["array", "null"], "items": ["type": "string"]]
        case .flag: ["type": ["boolean", "null"]]
        case .pattern: ["type": ["string", "boolean", "null"]]
        case .trackers:
            [
                "type": ["array", "null"],
                "items": [
                    "type": "object", "required": ["kind"],
                    "properties": ["kind": ["enum": .list(TrackerSettings.kinds.map(Value.string))]],
                ],
            ]
        case .credential:
            [
                "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": false,
                "properties": [
                    "variable": ["type": "string"], "file": ["type": "string"],
                    "command": ["type": ["string", "array"]],
                ],
            ]
        }
    }
}
