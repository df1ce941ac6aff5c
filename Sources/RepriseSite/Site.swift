import RepriseModel
import RepriseSystem

/// The settings of the place where experiments run, every value with the layer that it comes from.
package struct Site: Sendable {
    /// What every layer says, weakest first; within a layer the later wins.
    let assignments: [Assignment]
    /// Variables that look like settings and are none.
    package let warnings: [Mistake]

    /// Reads and checks every layer. With no file at all everything runs on `local`.
    package static func load(_ inputs: SiteInputs, files: any FileSystem) throws -> Site {
        let builtIn = self.builtIn(processors: inputs.processors)
        let fromFiles = try inputs.fileAssignments(files)
        let fromCommandLine = try CommandLineLayer.assignments(inputs.overrides, target: inputs.target)
        let known = targetNames(in: builtIn + fromFiles + fromCommandLine)
        let environment = try EnvironmentLayer(inputs.environment, targets: known)
        var assignments = builtIn + fromFiles + environment.assignments + fromCommandLine
        let chosen = effective("target", in: assignments)?.value?.stringValue ?? "local"
        for index in assignments.indices {
            assignments[index].name = TargetShorthand.expanded(assignments[index].name, target: chosen)
        }
        let site = Site(assignments: assignments, warnings: environment.warnings)
        try site.checkTargets()
        return site
    }

    private static func builtIn(processors: Int) -> [Assignment] {
        var rows = SettingTable.rows.compactMap { row in row.standard.map { (row.name, $0) } }
        rows.append(("targets.local.kind", .string(TargetKind.process.rawValue)))
        rows.append(("targets.local.slots", .integer(Int64(max(1, processors)))))
        return rows.map { Assignment(name: $0.0, value: $0.1, layer: .builtIn, place: nil) }
    }

    /// The value that holds; nil where the setting is unset. An unknown name is an error with the nearest one.
    package func value(_ name: String) throws -> Value? { try effective(name)?.value }

    /// The assignment that holds.
    package func effective(_ name: String) throws -> Assignment? {
        let name = try knownName(name)
        return Self.effective(name, in: assignments)
    }

    /// The names of all targets, `local` first.
    package var targets: [String] { Self.targetNames(in: assignments) }

    static func targetNames(in assignments: [Assignment]) -> [String] {
        var names: [String] = []
        for assignment in assignments where assignment.name.hasPrefix("targets.") {
            let name = String(assignment.name.split(separator: ".")[1])
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    private static func effective(_ name: String, in assignments: [Assignment]) -> Assignment? {
        var best: Assignment?
        for assignment in assignments where assignment.name == name && assignment.layer >= best?.layer ?? .builtIn {
            best = assignment
        }
        guard let best, best.value == nil else { return best }
        return assignments.first { $0.name == name && $0.layer == .builtIn }
    }

    /// The full name of a setting, `target.` replaced, or an error for one that does not exist.
    func knownName(_ name: String) throws -> String {
        let chosen = Self.effective("target", in: assignments)?.value?.stringValue ?? "local"
        let full = TargetShorthand.expanded(name, target: chosen)
        guard SettingTable.definition(of: full) != nil else {
            let group = full.split(separator: ".").dropLast().joined(separator: ".")
            let known = SettingTable.isGroup(group) ? SettingTable.names(below: group) : SettingTable.names(below: "")
            let near = nearestName(to: full, among: show().map(\.name))
            throw Mistake(
                "there is no setting `\(name)`",
                why: near == nil && !known.isEmpty ? "known here: " + known.joined(separator: ", ") : nil,
                fix: near.map { "did you mean `\($0)`?" } ?? "`reprise settings show` lists them",
                code: "unknown-setting"
            )
        }
        return full
    }

    /// Every setting of a target must belong to its kind, and every target must have one.
    private func checkTargets() throws {
        for target in targets {
            let prefix = "targets.\(target)."
            let own = assignments.filter { $0.name.hasPrefix(prefix) && $0.layer > .builtIn }
            guard let name = Self.effective(prefix + "kind", in: assignments)?.value?.stringValue,
                let kind = TargetKind(rawValue: name)
            else {
                throw Mistake(
                    "the target `\(target)` has no kind",
                    why: targets.count > 1
                        ? "other targets: " + targets.filter { $0 != target }.joined(separator: ", ") : nil,
                    fix: "add `kind: \(SettingType.kinds)`",
                    code: "target-without-kind",
                    place: own.first?.place
                )
            }
            for assignment in own {
                try check(assignment, key: String(assignment.name.dropFirst(prefix.count)), target: target, kind: kind)
            }
        }
    }

    private func check(_ assignment: Assignment, key: String, target: String, kind: TargetKind) throws {
        let keys = SettingTable.keys(of: kind)
        guard !keys.contains(key) else { return try checkEngine(assignment, key: key, target: target, kind: kind) }
        let kinds = SettingTable.definition(of: assignment.name)?.kinds ?? []
        throw Mistake(
            "the target `\(target)` is of kind \(kind.rawValue), which has no setting `\(key)`",
            why: kinds.isEmpty
                ? nil : "`\(key)` belongs to " + kinds.map(\.rawValue).sorted().joined(separator: ", "),
            fix: nearestName(to: key, among: keys).map { "did you mean `\($0)`?" }
                ?? "take it away; \(kind.rawValue) has " + keys.joined(separator: ", "),
            code: "unknown-setting",
            place: assignment.place
        )
    }
}

extension Site {
    /// Apptainer has a kind of its own, since its images are others.
    private func checkEngine(_ assignment: Assignment, key: String, target: String, kind: TargetKind) throws {
        guard kind == .container, key == "engine", assignment.value?.stringValue == "apptainer" else { return }
        throw Mistake(
            "the target `\(target)` is of kind container, whose engine is `podman` or `docker`",
            fix: "write `kind: apptainer`, without `engine`",
            code: "wrong-value",
            place: assignment.place
        )
    }
}

extension SettingType {
    fileprivate static var kinds: String { TargetKind.allCases.map(\.rawValue).joined(separator: " | ") }
}
