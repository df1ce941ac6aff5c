import RepriseModel

/// One row of the table of settings.
package struct SettingDefinition: Hashable, Sendable {
    /// The dotted name; `*` stands for a name that the person chooses.
    package var name: String
    package var type: SettingType
    /// What holds where no layer says anything; nil leaves the setting unset.
    package var standard: Value?
    /// One line for people.
    package var help: String
    /// The kinds of target that have this setting; nil for settings outside targets.
    package var kinds: Set<TargetKind>?

    init(
        _ name: String,
        _ type: SettingType,
        _ help: String,
        standard: Value? = nil,
        kinds: Set<TargetKind>? = nil
    ) {
        self.name = name
        self.type = type
        self.standard = standard
        self.help = help
        self.kinds = kinds
    }

    var parts: [Substring] { name.split(separator: ".") }

    /// Whether a dotted name is one that this row describes.
    func describes(_ other: String) -> Bool {
        let parts = self.parts
        let others = other.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == others.count && zip(parts, others).allSatisfy { $0 == "*" ? !$1.isEmpty : $0 == $1 }
    }
}
