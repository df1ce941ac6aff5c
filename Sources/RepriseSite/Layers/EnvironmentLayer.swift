import RepriseModel

/// Reads `REPRISE_…` variables as settings: `REPRISE_TARGETS_HPC_PARTITION` is `targets.hpc.partition`.
struct EnvironmentLayer {
    /// Variables that mean something else: the run contract, and where stores and caches lie.
    private static let notSettings: Set<String> = [
        "REPRISE_RUN_ID", "REPRISE_RUN_DIR", "REPRISE_OUTPUTS", "REPRISE_PARAMETERS", "REPRISE_METRICS", "REPRISE_SEED",
        "REPRISE_JOB", "REPRISE_CLOCK", "REPRISE_MEMORY_GROUP", "REPRISE_ATTEMPT", "REPRISE_SPLIT", "REPRISE_SPLITS",
        "REPRISE_HOME",
        "REPRISE_SCRATCH",
    ]
    private static let notSettingsPrefixes = ["REPRISE_DATA_", "REPRISE_TEST_"]

    var assignments: [Assignment] = []
    var warnings: [Mistake] = []
    /// The targets that other layers speak of, because a variable's name cannot tell `-` from `_`.
    private let targets: [String]

    init(_ environment: [String: String], targets: [String]) throws {
        self.targets = targets
        for (variable, text) in environment.sorted(by: { $0.key < $1.key }) where Self.isSetting(variable) {
            try read(variable, text)
        }
    }

    private static func isSetting(_ variable: String) -> Bool {
        variable.hasPrefix("REPRISE_") && !notSettings.contains(variable)
            && !notSettingsPrefixes.contains { variable.hasPrefix($0) }
    }

    private mutating func read(_ variable: String, _ text: String) throws {
        let place = Place(file: "$\(variable)")
        guard let (name, definition) = setting(named: String(variable.dropFirst("REPRISE_".count))) else {
            try refuseUnknownKeyOfTarget(variable, place: place)
            let known = SettingTable.rows.filter { !$0.name.contains("*") }.map { Self.variable($0.name) }
            let near = nearestName(to: variable, among: known)
            warnings.append(
                Mistake(
                    "the variable `\(variable)` is no setting, and is left alone",
                    fix: near.map { "did you mean `\($0)`?" },
                    code: "unknown-variable",
                    place: place
                )
            )
            return
        }
        if text.isEmpty { return }
        let value = try definition.type.value(ofText: text, origin: place.file)
        assignments.append(
            try Check.assignment(name, value, definition: definition, layer: .environment, place: place)
        )
    }

    /// A variable that names a known target means a setting of it, so a wrong last name is no stray variable.
    private func refuseUnknownKeyOfTarget(_ variable: String, place: Place) throws {
        for target in targets {
            let head = Self.variable("targets.\(target)") + "_"
            guard variable.hasPrefix(head) else { continue }
            let key = variable.dropFirst(head.count).lowercased().replacing("_", with: "-")
            throw Check.unknown(
                "targets.\(target).\(key)",
                among: SettingTable.names(below: "targets.\(target)"),
                place: place
            )
        }
    }

    private func setting(named tail: String) -> (name: String, definition: SettingDefinition)? {
        for row in SettingTable.rows where !row.name.contains("*") && Self.tail(row.name) == tail {
            return (row.name, row)
        }
        for row in SettingTable.rows where row.name.contains("*") {
            let ends = row.name.split(separator: "*", omittingEmptySubsequences: false).map { Self.tail(String($0)) }
            guard ends.count == 2, tail.hasPrefix(ends[0]), tail.hasSuffix(ends[1]),
                tail.utf8.count > ends[0].utf8.count + ends[1].utf8.count
            else { continue }
            let chosen = String(tail.dropFirst(ends[0].count).dropLast(ends[1].count))
            let name = targets.first { Self.tail($0) == chosen } ?? chosen.lowercased().replacing("_", with: "-")
            return (row.name.replacing("*", with: name), row)
        }
        guard tail.hasPrefix("TARGET_") else { return nil }
        let key = tail.dropFirst("TARGET_".count)
        let row = SettingTable.rows.first { row in
            row.name.hasPrefix("targets.*.") && Self.tail(String(row.parts.last ?? "")) == key
        }
        return row.map { ("target.\($0.parts.last ?? "")", $0) }
    }

    /// The variable that sets a setting.
    static func variable(_ name: String) -> String { "REPRISE_" + tail(name) }

    private static func tail(_ name: String) -> String {
        String(name.uppercased().map { $0 == "." || $0 == "-" ? "_" : $0 })
    }
}
