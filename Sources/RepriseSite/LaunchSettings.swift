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
        settings["kind"] = nil
        return settings
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
        for (name, value) in settings { own.values[name] = value == .null ? nil : value }
        return own
    }
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
