import OrderedCollections
import RepriseModel

/// What of a site holds for one launch alone, because its experiment or its command line says so.
extension Site {
    /// What the experiment, the environment and the command line say of a target, by the settings' last names; null where
    /// they take away what the files say.
    package func launchSettings(of target: String) -> Mapping {
        let prefix = "targets.\(target)."
        var settings: Mapping = [:]
        for assignment in assignments where assignment.layer >= .experiment && assignment.name.hasPrefix(prefix) {
            // Every layer is there in its order; what stands last for a name holds.
            settings[String(assignment.name.dropFirst(prefix.count))] = assignment.value ?? .null
        }
        if kindOfFiles(target).map({ .string($0.rawValue) }) == settings["kind"] { settings["kind"] = nil }
        return settings
    }

    /// Refuses a launch that would make another kind of place of a target that others use meanwhile.
    package func checkKind(of target: String) throws {
        guard let kind = kindOfFiles(target), let own = try? settings(for: target).kind, own != kind,
            !(own.executesHere && kind.executesHere)
        else { return }
        throw Mistake(
            "one launch cannot make the target `\(target)` one of kind `\(own.rawValue)`",
            why: "the site says that its kind is `\(kind.rawValue)`, and other runs go there by that",
            fix: "give it another name: `--set targets.NAME.kind=\(own.rawValue) --on NAME`",
            code: "changed-kind",
            place: try effective("targets.\(target).kind")?.place
        )
    }

    /// What kind of place the files say that it is; nil where they do not know it.
    private func kindOfFiles(_ target: String) -> TargetKind? {
        let kinds = assignments.filter { $0.name == "targets.\(target).kind" && $0.layer < .experiment }
        let strongest = kinds.map(\.layer).max()
        return kinds.last { $0.layer == strongest }?.value?.stringValue.flatMap(TargetKind.init(rawValue:))
    }

    /// The same of everything but the targets in `except`, as `NAME=VALUE`, to be handed to another process, which has the
    /// files and the environment already.
    package func handedOn(except: Set<String>) -> [String] {
        var words: OrderedDictionary<String, String> = [:]
        for assignment in assignments where [.experiment, .commandLine].contains(assignment.layer) {
            let name = assignment.name
            // Without its kind there is no target at all.
            let isKept = except.contains { name.hasPrefix("targets.\($0).") && name != "targets.\($0).kind" }
            guard !isKept else { continue }
            guard let definition = SettingTable.definition(of: name) else { continue }
            words[name] = assignment.value.map(definition.type.handedOn) ?? ""
        }
        return words.map { "\($0)=\($1)" }
    }
}

extension TargetSettings {
    /// With what one launch says of it.
    package func overridden(by settings: Mapping) -> TargetSettings {
        var own = self
        if let kind = settings["kind"]?.stringValue.flatMap(TargetKind.init(rawValue:)), kind != own.kind {
            own.kind = kind
            let keys = Set(SettingTable.keys(of: kind))
            own.values = own.values.filter { keys.contains($0.key) }
        }
        for (name, value) in settings { own.values[name] = value == .null ? nil : value }
        return own
    }

    /// A target that nothing but these settings speak of; nil where they do not say what kind of place it is.
    package init?(_ name: String, saying settings: Mapping) {
        guard let kind = settings["kind"]?.stringValue.flatMap(TargetKind.init(rawValue:)) else { return nil }
        self.init(name: name, kind: kind, values: settings.filter { $0.value != .null })
    }

    /// Without how much of this machine its runs may use at one time.
    package var withoutCapacity: TargetSettings {
        var own = self
        for name in Self.capacity { own.values[name] = nil }
        return own
    }

    /// What belongs to all runs of a target of this machine together.
    package static let capacity: Set<String> = ["slots", "cpus", "memory", "gpus"]
}

extension SettingType {
    /// The kept value as a text that means the same when it is read again.
    fileprivate func handedOn(_ value: Value) -> String {
        switch (self, value) {
        case (.duration, .integer(let milliseconds)): "\(milliseconds)ms"
        case (_, .list), (_, .map): value.json()
        default: value.text
        }
    }
}
