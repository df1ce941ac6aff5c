import RepriseModel

/// `--set NAME=VALUE` of the command line.
package struct SettingOverride: Hashable, Sendable {
    package var name: String
    package var text: String

    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// Reads `NAME=VALUE`; the value may itself hold `=`.
    package init(parsing argument: String) throws {
        guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
            throw Mistake(
                "`--set \(argument)` gives no value",
                fix: "write `--set NAME=VALUE`, such as `--set target.slots=2`",
                code: "wrong-option"
            )
        }
        name = String(argument[..<equals])
        text = String(argument[argument.index(after: equals)...])
    }
}

enum CommandLineLayer {
    /// Later options beat earlier ones. An empty value takes away what weaker layers say.
    static func assignments(_ overrides: [SettingOverride], target: String?) throws -> [Assignment] {
        var assignments: [Assignment] = []
        if let target {
            let place = Place(file: "--on \(target)")
            assignments.append(Assignment(name: "target", value: .string(target), layer: .commandLine, place: place))
        }
        for override in overrides {
            let place = Place(file: "--set \(override.name)")
            guard let definition = SettingTable.definition(of: TargetShorthand.probe(override.name)) else {
                throw Check.unknown(override.name, among: siblings(of: override.name), place: place)
            }
            guard !override.text.isEmpty else {
                assignments.append(Assignment(name: override.name, value: nil, layer: .commandLine, place: place))
                continue
            }
            let value = try definition.type.value(ofText: override.text, origin: place.file)
            let assignment = try Check.assignment(
                override.name,
                value,
                definition: definition,
                layer: .commandLine,
                place: place
            )
            assignments.append(assignment)
        }
        return assignments
    }

    private static func siblings(of name: String) -> [String] {
        let group = TargetShorthand.probe(name).split(separator: ".").dropLast().joined(separator: ".")
        return SettingTable.names(below: group)
    }
}
