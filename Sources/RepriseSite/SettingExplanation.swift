import OrderedCollections
import RepriseModel

/// One setting as it holds, for people.
package struct EffectiveSetting: Hashable, Sendable {
    package var name: String
    /// Nil where it is unset. Passwords inside URLs are hidden.
    package var value: Value?
    package var text: String
    package var layer: Layer?
    package var place: Place?
    package var help: String
}

/// Every layer that says something about one setting, strongest first.
package struct SettingExplanation: Hashable, Sendable {
    package struct Row: Hashable, Sendable {
        package var layer: Layer
        package var place: Place?
        /// Nil where this layer takes away what weaker ones say. Passwords inside URLs are hidden.
        package var value: Value?
        package var text: String
        package var wins: Bool
    }

    package var name: String
    package var help: String
    /// What values it takes.
    package var expectation: String
    /// The variable of the environment that sets it.
    package var variable: String
    package var rows: [Row]
}

extension Site {
    /// Every layer that sets a setting, and which one won.
    package func explain(_ name: String) throws -> SettingExplanation {
        let full = try knownName(name)
        guard let definition = SettingTable.definition(of: full) else {
            throw Mistake("there is no setting `\(name)`", code: "unknown-setting")
        }
        let winner = try effective(full)
        var isDecided = false
        let said = assignments.enumerated().filter { $0.element.name == full }
            .sorted { ($0.element.layer, $0.offset) > ($1.element.layer, $1.offset) }
        let rows = said.map { _, assignment in
            let wins = !isDecided && assignment == winner
            if wins { isDecided = true }
            return SettingExplanation.Row(
                layer: assignment.layer,
                place: assignment.place,
                value: assignment.value.map(URLPassword.hidden),
                text: assignment.value.map { definition.type.text(of: URLPassword.hidden($0)) } ?? "(taken away)",
                wins: wins
            )
        }
        return SettingExplanation(
            name: full,
            help: definition.help,
            expectation: definition.type.expectation,
            variable: EnvironmentLayer.variable(full),
            rows: rows
        )
    }

    /// Every setting that there is here, set or not, in the order of the table, each target's settings together.
    package func show() -> [EffectiveSetting] {
        SettingTable.rows.filter { !$0.name.contains("*") }.map { setting($0.name, $0) }
            + credentialNames.compactMap { name in
                SettingTable.definition(of: "credentials.\(name)").map { setting("credentials.\(name)", $0) }
            } + targets.flatMap(show(target:))
    }

    private func show(target: String) -> [EffectiveSetting] {
        guard let kind = try? settings(for: target).kind else { return [] }
        return SettingTable.keys(of: kind)
            .compactMap { key in
                let name = "targets.\(target).\(key)"
                return SettingTable.definition(of: name).map { setting(name, $0) }
            }
    }

    private func setting(_ name: String, _ definition: SettingDefinition) -> EffectiveSetting {
        let assignment = try? effective(name)
        let value = assignment?.value.map(URLPassword.hidden)
        return EffectiveSetting(
            name: name,
            value: value,
            text: value.map(definition.type.text(of:)) ?? "",
            layer: assignment?.value == nil ? nil : assignment?.layer,
            place: assignment?.place,
            help: definition.help
        )
    }

    /// The names under `credentials`, in byte order.
    package var credentialNames: [String] {
        let names = assignments.filter { $0.name.hasPrefix("credentials.") }.map { String($0.name.dropFirst(12)) }
        return Set(names).sorted()
    }
}

/// Passwords that stand inside URLs, as in `https://me:secret@example.org`.
enum URLPassword {
    static func hidden(_ value: Value) -> Value {
        switch value {
        case .string(let text): .string(hidden(text))
        case .list(let items): .list(items.map(hidden))
        case .map(let map): .map(map.mapValues(hidden))
        default: value
        }
    }

    private static func hidden(_ text: String) -> String {
        guard let scheme = text.firstRange(of: "://") else { return text }
        let rest = text[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else {
            return text
        }
        return text[...colon] + "<redacted>" + text[at...]
    }
}
