import OrderedCollections
import RepriseModel
import RepriseYAML

extension ExperimentFile {
    /// The file with changes from the command line. Later ones win over earlier ones.
    ///
    /// A name is a parameter where there is one of that name, and else a key of the experiment: `seed=7`,
    /// `resources.cpus=4`, `repeats=3`. `sweeps` are read as lists of values even where they have one.
    package func applying(overrides: [String], sweeps: [String] = []) throws -> ExperimentFile {
        guard !overrides.isEmpty || !sweeps.isEmpty else { return self }
        try checkIsMap()
        var file = self
        for argument in overrides { try file.apply(try Override(argument), alwaysSweeps: false) }
        for argument in sweeps { try file.apply(try Override(argument), alwaysSweeps: true) }
        return file
    }

    /// Keys of `sweep` that stand alone on the command line.
    private static let sweepKeys: Set<String> = ["repeats", "limit", "order", "where"]

    private var parameters: LocatedValue { root["parameters"] ?? LocatedValue(.map([:]), at: root.place) }

    private mutating func apply(_ override: Override, alwaysSweeps: Bool) throws {
        var override = override
        let isExplicit = override.name.hasPrefix("parameters.")
        if isExplicit { override.name = String(override.name.dropFirst("parameters.".count)) }
        if !isExplicit, parameters[path: override.name] == nil, try applyToKey(override) { return }
        switch override.kind {
        case .set:
            guard let present = parameters[path: override.name] else { throw unknown(override) }
            try change(override, like: present, alwaysSweeps: alwaysSweeps)
        case .add:
            guard parameters[path: override.name] == nil else {
                throw Override.mistake(
                    "`+\(override.name)` adds a parameter that is there already",
                    fix: "write `\(override.name)=\(override.text)` to change it, or `++` to do either"
                )
            }
            try change(override, like: nil, alwaysSweeps: alwaysSweeps)
        case .force: try change(override, like: nil, alwaysSweeps: alwaysSweeps)
        case .remove:
            guard root.remove("parameters.\(override.name)") else { throw unknown(override) }
            forgetSweep(override.name)
        }
    }

    private func unknown(_ override: Override) -> Mistake {
        let names = parameters.allNames
        let keys = ExperimentSchema.keyNames
        let near = nearestName(to: override.name, among: names + keys)
        let adding = "`+\(override.name)=\(override.text)` adds a parameter"
        let hint = override.kind == .remove ? nil : adding
        let fixes = [near.map { "did you mean `\($0)`?" }, hint].compactMap { $0 }
        let known = names.isEmpty ? "the experiment has no parameters" : nil
        return Mistake(
            "there is no parameter `\(override.name)`",
            why: known,
            fix: fixes.isEmpty ? nil : fixes.joined(separator: " "),
            code: "unknown-parameter",
            place: OverrideLayer.place
        )
    }

    private mutating func change(_ override: Override, like present: LocatedValue?, alwaysSweeps: Bool) throws {
        let name = override.name
        var value = try OverrideValue(override.text, alwaysSweeps: alwaysSweeps)
        if alwaysSweeps, present?.list != nil, case .several = value {
            // `--sweep layers=[1,2]` for a parameter that is a list: one value, not two.
            if case .one(let list) = try OverrideValue(override.text, alwaysSweeps: false) { value = .several([list]) }
        }
        if parameters[path: name] == nil { try checkWay(name, isForced: override.kind == .force) }
        switch value {
        case .one(let value):
            forgetSweep(name)
            let typed = try typed(value, like: present, override)
            root.set("parameters.\(name)", to: LocatedValue(typed, at: OverrideLayer.place))
        case .several(let values):
            guard !values.isEmpty else {
                throw Override.mistake("`\(name)` is swept over nothing", fix: "give it values")
            }
            forgetSweep(name)
            let typed = try values.map { try self.typed($0, like: present, override) }
            if present == nil { root.set("parameters.\(name)", to: LocatedValue(typed[0], at: OverrideLayer.place)) }
            setSweep("grid", name, .list(typed))
        case .drawn(let text):
            guard root[path: "sweep.random.count"] != nil else {
                throw Override.mistake(
                    "`\(name)=\(text)` draws at random, and nothing says how often",
                    fix: "write `sweep.random.count=20` before it"
                )
            }
            forgetSweep(name)
            if present == nil { root.set("parameters.\(name)", to: LocatedValue(.null, at: OverrideLayer.place)) }
            setSweep("random", name, .string(text))
        }
    }

    /// A new parameter may not turn a value that is there into a map.
    private func checkWay(_ name: String, isForced: Bool) throws {
        guard !isForced else { return }
        var path = name[...]
        while let dot = path.lastIndex(of: ".") {
            path = path[..<dot]
            if let value = parameters[path: String(path)], value.map == nil {
                throw Override.mistake(
                    "`\(name)` lies below `\(path)`, which is a \(value.kind)",
                    fix: "write `++\(name)=…` to replace it by a map"
                )
            }
        }
    }

    /// Keeps the type of a parameter that is there.
    private func typed(_ value: Value, like present: LocatedValue?, _ override: Override) throws -> Value {
        guard let present, override.kind != .force else { return value }
        switch (present.value, value) {
        case (.null, _), (_, .null), (.number, .number), (.integer, .integer), (.integer, .number): return value
        case (.number, .integer(let whole)): return .number(Double(whole))
        case (.string, .string), (.bool, .bool), (.list, .list), (.map, .map): return value
        default:
            let quoted = "`'\(override.name)=\"\(value.text)\"'`"
            throw Mistake(
                "`\(override.name)` is a \(present.kind), and `\(value.text.prefix(60))` is a \(value.kind)",
                why: "it is \(present.value.json().prefix(60)) at \(present.place)",
                fix: present.value.stringValue != nil
                    ? "write \(quoted) for text" : "write `++\(override.name)=…` to change its type",
                code: "wrong-type",
                place: OverrideLayer.place
            )
        }
    }
}

extension ExperimentFile {
    private mutating func setSweep(_ kind: String, _ name: String, _ value: Value) {
        if root["sweep"]?.map == nil { root.set("sweep", to: LocatedValue(.map([:]), at: OverrideLayer.place)) }
        if root[path: "sweep.\(kind)"]?.map == nil {
            root.set("sweep.\(kind)", to: LocatedValue(.map([:]), at: OverrideLayer.place))
        }
        // The name keeps its dots: sweeps name parameters by their whole path.
        changeSweep(kind) { map in
            map[name] = LocatedEntry(
                key: name,
                place: OverrideLayer.place,
                value: LocatedValue(value, at: OverrideLayer.place)
            )
        }
    }

    private mutating func changeSweep(_ kind: String, _ change: (inout LocatedMapping) -> Void) {
        guard var top = root.map, var sweep = top["sweep"]?.value.map, var map = sweep[kind]?.value.map else { return }
        change(&map)
        sweep[kind]?.value.content = .map(map)
        top["sweep"]?.value.content = .map(sweep)
        root.content = .map(top)
    }

    /// Takes a parameter out of the file's sweep, because the command line says what it is.
    private mutating func forgetSweep(_ name: String) {
        for kind in ["grid", "zip", "random"] {
            changeSweep(kind) { $0[name] = nil }
            let left = root[path: "sweep.\(kind)"]?.map.map { $0.keys.filter { $0 != "count" && $0 != "seed" } }
            if left?.isEmpty == true, kind != "random" { _ = root.remove("sweep.\(kind)") }
        }
        if let entries = root[path: "sweep.list"]?.list {
            var kept = entries
            for index in kept.indices { _ = kept[index].remove(name) }
            kept = zip(entries, kept).filter { $0.map?.isEmpty == true || $1.map?.isEmpty != true }.map(\.1)
            if kept.isEmpty { _ = root.remove("sweep.list") }
            if !kept.isEmpty, let list = root[path: "sweep.list"] {
                root.set("sweep.list", to: LocatedValue(.list(kept), at: list.place))
            }
        }
        if let sweep = root["sweep"]?.map, sweep.keys.allSatisfy({ ["where", "order", "limit"].contains($0) }) {
            if sweep.isEmpty || parametersAlone(sweep) { _ = root.remove("sweep") }
        }
    }

    /// Whether nothing is left of the sweep but rules for choosing among variants.
    private func parametersAlone(_ sweep: LocatedMapping) -> Bool { sweep["where"] == nil }

    /// Changes a key of the experiment that is no parameter; false where the name is none.
    private mutating func applyToKey(_ override: Override) throws -> Bool {
        var path = override.name
        if Self.sweepKeys.contains(path) { path = "sweep.\(path)" }
        guard path != "parameters", path != "extends" else { return false }
        let head = path.split(separator: ".").first.map(String.init) ?? path
        // A name below a key of the experiment is checked as if it stood in the file.
        guard
            let shape = ExperimentSchema.root.shape(at: path)
                ?? ExperimentSchema.root.shape(at: head).map({ _ in .anything })
        else { return false }
        if override.kind == .set, head == "steps" { try checkStep(path) }
        if override.kind == .remove {
            guard root.remove(path) else { throw unknown(override) }
            return true
        }
        if override.kind == .add, root[path: path] != nil {
            throw Override.mistake(
                "`+\(override.name)` adds a key that is there already",
                fix: "write `\(override.name)=\(override.text)` to change it"
            )
        }
        let value = try shape.value(override)
        if root["sweep"]?.isNull == true { _ = root.remove("sweep") }
        root.set(path, to: LocatedValue(value, at: OverrideLayer.place))
        return true
    }
}

extension ExperimentFile {
    /// A path such as `steps.train.split` may name only a step that is there: another would be a new one.
    private func checkStep(_ path: String) throws {
        let parts = path.split(separator: ".", maxSplits: 2).map(String.init)
        guard parts.count == 3, let steps = root["steps"]?.map, steps[parts[1]] == nil else { return }
        let near = nearestName(to: parts[1], among: Array(steps.keys))
        throw Mistake(
            "the experiment has no step `\(parts[1])`",
            why: "its steps are " + steps.keys.map { "`\($0)`" }.joined(separator: ", "),
            fix: near.map { "did you mean `steps.\($0).\(parts[2])`?" } ?? "`+\(path)=…` adds one",
            code: "unknown-step",
            place: OverrideLayer.place
        )
    }
}

extension Shape {
    /// Types what was typed for a key of the experiment: text stays text, and commas make a list where one may stand.
    fileprivate func value(_ override: Override) throws -> Value {
        let place = OverrideLayer.place
        switch self {
        case .text, .choice, .size, .time, .function: return .string(try ValueText.text(override.text, at: place))
        case .list: return try listed(override)
        case .either(let shapes):
            let isList = shapes.contains { if case .list(let item) = $0, !item.isWord { true } else { false } }
            if isList, try ValueText.items(override.text, at: place).count > 1 { return try listed(override) }
            let value = try ValueText.value(override.text, at: place)
            let takesText = shapes.contains { shape in
                switch shape {
                case .text, .function: true
                default: false
                }
            }
            let isPlain = value.listValue == nil && value.mapValue == nil
            return takesText && isPlain ? .string(try ValueText.text(override.text, at: place)) : value
        default:
            let items = try ValueText.items(override.text, at: place)
            guard items.count == 1 else {
                throw Override.mistake(
                    "`\(override.name)` is no parameter, and cannot be swept",
                    fix: override.name == "seed"
                        ? "`repeats=\(items.count)` runs each variant under seeds of its own" : nil
                )
            }
            return try ValueText.value(override.text, at: place)
        }
    }

    /// A command is one text, whatever commas stand in it.
    private var isWord: Bool { if case .word = self { true } else { false } }

    private func listed(_ override: Override) throws -> Value {
        let items = try ValueText.items(override.text, at: OverrideLayer.place)
        let values = try items.map { try ValueText.value($0, at: OverrideLayer.place) }
        return values.count == 1 && values[0].listValue != nil ? values[0] : .list(values)
    }
}

extension ExperimentSchema {
    /// The keys at the top of an experiment file.
    static var keyNames: [String] { if case .keys(let keys, _) = root { keys.map(\.name) } else { [] } }
}
