import OrderedCollections

extension Value {
    /// Reads and writes a nested value by its dotted name, such as `optimizer.lr`.
    ///
    /// Writing creates the maps on the way; writing `nil` takes the key away. A key that itself contains a dot
    /// is found first when it stands whole in the map.
    public subscript(path path: String) -> Value? {
        get {
            guard case .map(let map) = self else { return nil }
            if let whole = map[path] { return whole }
            guard let dot = path.firstIndex(of: ".") else { return nil }
            return map[String(path[..<dot])]?[path: String(path[path.index(after: dot)...])]
        }
        set {
            // There is nothing to take away from what is no map.
            if newValue == nil, mapValue == nil { return }
            var map = mapValue ?? [:]
            defer { self = .map(map) }
            guard map[path] == nil, let dot = path.firstIndex(of: ".") else {
                map[path] = newValue
                return
            }
            let head = String(path[..<dot])
            let child = map[head] ?? (newValue == nil ? nil : .map([:]))
            guard var child else { return }
            child[path: String(path[path.index(after: dot)...])] = newValue
            map[head] = child
        }
    }

    /// Every leaf with its dotted name, in the order written. Lists and empty maps are leaves.
    public var leaves: [(path: String, value: Value)] {
        var found: [(String, Value)] = []
        collectLeaves(prefix: "", into: &found)
        return found
    }

    private func collectLeaves(prefix: String, into found: inout [(String, Value)]) {
        guard case .map(let map) = self, !map.isEmpty || prefix.isEmpty else {
            found.append((prefix, self))
            return
        }
        for (key, value) in map {
            value.collectLeaves(prefix: prefix.isEmpty ? key : "\(prefix).\(key)", into: &found)
        }
    }
}
