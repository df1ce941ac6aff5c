import RepriseModel

/// Where a setting can be given, weakest first.
package enum Layer: Int, CaseIterable, Comparable, Sendable {
    case builtIn, machine, user, project, experiment, environment, commandLine

    package var name: String {
        switch self {
        case .builtIn: "built-in"
        case .machine: "machine"
        case .user: "user"
        case .project: "project"
        case .experiment: "experiment"
        case .environment: "environment"
        case .commandLine: "command line"
        }
    }

    package static func < (left: Layer, right: Layer) -> Bool { left.rawValue < right.rawValue }
}

/// What one layer says about one setting.
package struct Assignment: Hashable, Sendable {
    /// The dotted name, with `target.` already replaced by the chosen target.
    package var name: String
    /// The checked value; nil where the layer takes away what weaker ones say (`!remove`).
    package var value: Value?
    package var layer: Layer
    /// The file with line and column, the variable (`$REPRISE_…`), the option (`--set …`), or nil for built-in.
    package var place: Place?
}

/// Checks what a layer says against the table.
enum Check {
    /// The assignment, or an error that names what was expected there.
    static func assignment(
        _ name: String,
        _ value: Value,
        definition: SettingDefinition,
        layer: Layer,
        place: Place
    ) throws -> Assignment {
        if definition.type == .credential { try CredentialSource.check(value, name: name, place: place) }
        guard let kept = definition.type.kept(value) else {
            throw wrongType(name, value, definition.type, place: place)
        }
        if definition.type == .trackers { try TrackerSettings.check(value, place: place) }
        return Assignment(name: name, value: kept, layer: layer, place: place)
    }

    private static func wrongType(_ name: String, _ value: Value, _ type: SettingType, place: Place) -> Mistake {
        var fix: String?
        if case .choice(let names) = type, case .string(let text) = value {
            fix = nearestName(to: text, among: names).map { "did you mean `\($0)`?" }
        } else if case .text = type, value.listValue == nil, value.mapValue == nil {
            fix = "put it in quotes: `\"\(value.text.prefix(60))\"`"
        }
        let shown =
            value.listValue == nil && value.mapValue == nil ? " `\(URLPassword.hidden(value).text.prefix(60))`" : ""
        return Mistake(
            "`\(name)` cannot be the \(value.kind)\(shown)",
            why: "it should be \(type.expectation)",
            fix: fix,
            code: "wrong-type",
            place: place
        )
    }

    static func unknown(_ name: String, among known: [String], place: Place) -> Mistake {
        let last = name.split(separator: ".").last.map(String.init) ?? name
        let group = name.split(separator: ".").dropLast().joined(separator: ".")
        let prefix = group.isEmpty ? "" : group + "."
        let near = nearestName(to: last, among: known)
        return Mistake(
            "there is no setting `\(name)`",
            why: near == nil && !known.isEmpty ? "known here: " + known.joined(separator: ", ") : nil,
            fix: near.map { "did you mean `\(prefix)\($0)`?" } ?? "`reprise settings show` lists them",
            code: "unknown-setting",
            place: place
        )
    }
}
