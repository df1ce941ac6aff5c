import OrderedCollections
import RepriseModel
import RepriseYAML

/// Takes apart a site file, or an experiment's `settings:`, into assignments.
struct FileLayer {
    let layer: Layer
    var assignments: [Assignment] = []

    init(_ root: LocatedValue, layer: Layer) throws {
        self.layer = layer
        guard let map = root.map else {
            if root.isNull { return }
            throw Mistake(
                "settings must be a map, not a \(root.kind)",
                fix: "write `name: value` lines",
                code: "wrong-type",
                place: root.place
            )
        }
        try read(map, below: "")
    }

    private mutating func read(_ map: LocatedMapping, below group: String) throws {
        for entry in map.values {
            if group == "targets" { try Self.checkTarget(entry.key, at: entry.place) }
            let name = group.isEmpty ? entry.key : "\(group).\(entry.key)"
            let canonical = TargetShorthand.probe(name)
            if let definition = SettingTable.definition(of: canonical), !isShorthandGroup(canonical, entry.value) {
                try read(entry, name: name, definition: definition)
            } else if SettingTable.isGroup(TargetShorthand.probe(group: name)) {
                try readGroup(entry, name: name)
            } else {
                throw Check.unknown(name, among: knownNames(beside: name), place: entry.place)
            }
        }
    }

    /// No `--on` could name such a target: there a comma begins another, and what stands before `=` is a step.
    private static func checkTarget(_ name: String, at place: Place) throws {
        guard name.contains(where: { ",=".contains($0) || $0.isWhitespace }) else { return }
        let better = String(name.map { ",=".contains($0) || $0.isWhitespace ? "-" : $0 })
        throw Mistake(
            "a target cannot be named `\(name)`",
            why: "`--on` takes targets with commas between them, and `STEP=TARGET`",
            fix: "name it `\(better)`",
            code: "wrong-name",
            place: place
        )
    }

    /// `target` names a target, and with a map below it stands for the chosen one.
    private func isShorthandGroup(_ name: String, _ value: LocatedValue) -> Bool {
        name == "target" && value.map != nil
    }

    private mutating func readGroup(_ entry: LocatedEntry, name: String) throws {
        if entry.value.isNull { return }
        guard let inner = entry.value.map else {
            let below = SettingTable.names(below: TargetShorthand.probe(group: name))
            throw Mistake(
                "`\(name)` must be a map, not a \(entry.value.kind)",
                why: below.isEmpty ? nil : "it holds " + below.map { "`\($0)`" }.joined(separator: ", "),
                code: "wrong-type",
                place: entry.value.place
            )
        }
        try read(inner, below: name)
    }

    private mutating func read(_ entry: LocatedEntry, name: String, definition: SettingDefinition) throws {
        if entry.value.tag == "!remove" {
            assignments.append(Assignment(name: name, value: nil, layer: layer, place: entry.value.place))
        } else if !entry.value.isNull {
            assignments.append(
                try Check.assignment(
                    name,
                    entry.value.value,
                    definition: definition,
                    layer: layer,
                    place: entry.value.place
                )
            )
        }
    }

    private func knownNames(beside name: String) -> [String] {
        let group = name.split(separator: ".").dropLast().joined(separator: ".")
        return SettingTable.names(below: TargetShorthand.probe(group: group))
    }
}

/// `target.partition`: a setting of whichever target is chosen.
enum TargetShorthand {
    /// The name in the form that the table knows, with some target in the place of the chosen one.
    static func probe(_ name: String) -> String { expanded(name, target: "chosen") }

    /// The same for a name that others stand below.
    static func probe(group: String) -> String { group == "target" ? "targets.chosen" : probe(group) }

    static func expanded(_ name: String, target: String) -> String {
        guard name.hasPrefix("target.") else { return name }
        return "targets.\(target)." + name.dropFirst("target.".count)
    }
}
