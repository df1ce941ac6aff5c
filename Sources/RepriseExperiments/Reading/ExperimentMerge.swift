import OrderedCollections
import RepriseModel
import RepriseYAML

/// The tag that takes away a key of an extended file.
let removeTag = "!remove"

extension LocatedValue {
    /// This value with another laid over it: maps merge, everything else replaces, `!remove` takes a key away.
    func merged(with over: LocatedValue) throws -> LocatedValue {
        guard case .map(var merged) = content, let changes = over.map else { return try over.checkedForRemovals() }
        for (key, change) in changes {
            if change.value.tag == removeTag {
                guard merged.removeValue(forKey: key) != nil else { throw nothingToRemove(change, among: merged) }
            } else if let present = merged[key] {
                let value = try present.value.merged(with: change.value)
                merged[key] = LocatedEntry(key: key, place: change.place, value: value)
            } else {
                let value = try change.value.checkedForRemovals()
                merged[key] = LocatedEntry(key: key, place: change.place, value: value)
            }
        }
        return LocatedValue(.map(merged), at: over.place)
    }

    private func nothingToRemove(_ entry: LocatedEntry, among map: LocatedMapping) -> Mistake {
        let near = nearestName(to: entry.key, among: Array(map.keys))
        return Mistake(
            "there is no `\(entry.key)` to remove",
            why: "`!remove` takes away what a file under `extends` says",
            fix: near.map { "did you mean `\($0)`?" } ?? "take the line out",
            code: "nothing-to-remove",
            place: entry.place
        )
    }

    /// The value itself, where no `!remove` stands in it.
    func checkedForRemovals() throws -> LocatedValue {
        if tag == removeTag {
            throw Mistake(
                "there is nothing to remove here",
                why: "`!remove` takes away a key that a file under `extends` says",
                fix: "take the line out",
                code: "nothing-to-remove",
                place: place
            )
        }
        for entry in (map ?? [:]).values { _ = try entry.value.checkedForRemovals() }
        for item in list ?? [] { _ = try item.checkedForRemovals() }
        return self
    }
}

extension LocatedValue {
    /// Puts a value under a dotted name, making the maps on the way. A value on the way that is no map is replaced.
    mutating func set(_ path: String, to value: LocatedValue) {
        var map = self.map ?? [:]
        defer { content = .map(map) }
        guard map[path] == nil, let dot = path.firstIndex(of: ".") else {
            let place = map[path]?.place ?? value.place
            map[path] = LocatedEntry(key: path, place: place, value: value)
            return
        }
        let head = String(path[..<dot])
        var entry =
            map[head] ?? LocatedEntry(key: head, place: value.place, value: LocatedValue(.map([:]), at: value.place))
        // Taken out while it changes, so that the nested map is not copied.
        map[head]?.value = LocatedValue(.scalar(.null), at: value.place)
        entry.value.set(String(path[path.index(after: dot)...]), to: value)
        map[head] = entry
    }

    /// Takes the value under a dotted name away; false where there is none.
    mutating func remove(_ path: String) -> Bool {
        guard var map = self.map else { return false }
        if map.removeValue(forKey: path) != nil {
            content = .map(map)
            return true
        }
        guard let dot = path.firstIndex(of: "."), var entry = map[String(path[..<dot])] else { return false }
        guard entry.value.remove(String(path[path.index(after: dot)...])) else { return false }
        map[entry.key] = entry
        content = .map(map)
        return true
    }

    /// Every leaf with its dotted name, in the order written. Lists and empty maps are leaves.
    func collectLeaves(below prefix: String = "", into found: inout [(path: String, leaf: LocatedValue)]) {
        guard case .map(let map) = content, !map.isEmpty || prefix.isEmpty else {
            found.append((prefix, self))
            return
        }
        for (key, entry) in map {
            entry.value.collectLeaves(below: prefix.isEmpty ? key : "\(prefix).\(key)", into: &found)
        }
    }

    /// Every dotted name that stands for something: leaves and the maps on the way.
    var allNames: [String] {
        guard let map else { return [] }
        return map.flatMap { key, entry in [key] + entry.value.allNames.map { "\(key).\($0)" } }
    }
}
