import OrderedCollections
import RepriseModel
import RepriseYAML

/// An experiment as it was written down: everything that `extends` names is merged in, nothing is checked yet.
package struct ExperimentFile: Sendable {
    /// A map. Every value knows the file, line and column that it came from.
    package var root: LocatedValue
    /// What the person named: a file, or a program that printed the experiment.
    package var source: String
    /// The absolute folder of the source; the project's code lies here or above.
    package var folder: String
    /// The absolute folder of each file that places name, since paths are relative to the file that says them.
    package var folders: [String: String]
    /// The absolute paths of all files that were read.
    package var files: [String]

    package init(
        root: LocatedValue,
        source: String,
        folder: String,
        folders: [String: String] = [:],
        files: [String] = []
    ) {
        self.root = root
        self.source = source
        self.folder = folder
        self.folders = folders
        self.files = files
    }

    /// An experiment that a program made of values, as the library's users do.
    package init(_ value: Value, source: String, folder: String) throws {
        self.init(root: LocatedValue(value, at: Place(file: source)), source: source, folder: folder)
        try checkIsMap()
        root = try root.withNestedParameters()
    }

    func checkIsMap() throws {
        guard root.map == nil else { return }
        throw Mistake(
            "an experiment is a map, not a \(root.kind)",
            fix: "write keys such as `name:`, `parameters:` and `command:`",
            code: "wrong-type",
            place: root.place
        )
    }

    /// The name of an experiment that says none: the file's, without its endings.
    package var stem: String {
        let name = nameOfPath(source)
        for ending in [".exp.yaml", ".exp.yml", ".exp.json", ".yaml", ".yml", ".json", ".py"]
        where name.hasSuffix(ending) && name != ending {
            return String(name.dropLast(ending.count))
        }
        return name.split(separator: ".").first.map(String.init) ?? name
    }

    /// The absolute path of one that stands in the file of that place.
    func path(_ text: String, at place: Place) -> String { resolvedPath(text, in: folders[place.file] ?? folder) }
}

/// Throws for a dotted name that has an empty part or more parts than anyone nests.
func checkParameterName(_ name: String, at place: Place) throws {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.contains("") || parts.count > 50 else { return }
    throw Mistake(
        "`\(name.prefix(60))` is no name of a parameter",
        why: parts.contains("") ? "a part of it is empty" : "it nests deeper than 50",
        code: "wrong-key",
        place: place
    )
}

extension LocatedValue {
    /// The experiment with `optimizer.lr: 1` under `parameters` written as `optimizer: {lr: 1}`, so that a file that
    /// extends another one changes what the other means.
    func withNestedParameters() throws -> LocatedValue {
        guard var map, let entry = map["parameters"] else { return self }
        map["parameters"]?.value = try entry.value.nested()
        var copy = self
        copy.content = .map(map)
        return copy
    }

    private func nested() throws -> LocatedValue {
        guard let map else { return self }
        var whole = self
        whole.content = .map([:])
        for (key, entry) in map {
            let parts = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            try checkParameterName(key, at: entry.place)
            let value = try entry.value.nested()
            let added = parts.dropFirst().reversed()
                .reduce(value) { inner, part in
                    let entry = LocatedEntry(key: part, place: entry.place, value: inner)
                    return LocatedValue(.map([part: entry]), at: value.place)
                }
            try whole.add(LocatedEntry(key: parts[0], place: entry.place, value: added))
        }
        return whole
    }

    /// Joins maps under one key; everything else that stands twice is an error.
    private mutating func add(_ entry: LocatedEntry) throws {
        guard case .map(var map) = content else { return }
        // One owner at a time, or each of many keys would copy all that came before it.
        content = .map([:])
        defer { content = .map(map) }
        if var present = map[entry.key] {
            guard present.value.map != nil, let more = entry.value.map, entry.value.tag == nil else {
                throw Mistake("the key `\(entry.key)` stands twice", code: "duplicate-key", place: entry.place)
            }
            for inner in more.values { try present.value.add(inner) }
            map[entry.key] = present
        } else {
            map[entry.key] = entry
        }
    }
}
