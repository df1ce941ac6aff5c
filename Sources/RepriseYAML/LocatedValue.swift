import OrderedCollections
import RepriseModel

/// A value as it stands in a file that a person wrote, every part of it with its place.
package struct LocatedValue: Sendable, Equatable {
    /// What stands there. Scalars are typed by the YAML 1.2 core schema: `yes` and `on` are text.
    package enum Content: Sendable, Equatable {
        /// Null, boolean, whole number, number or text; never a list or a map.
        case scalar(Value)
        case list([LocatedValue])
        case map(LocatedMapping)
    }

    package var content: Content
    /// Where the value begins.
    package var place: Place
    /// A local tag such as `!remove`, with its exclamation mark. The reader refuses tags that it was not told of.
    package var tag: String?
    /// Whether text stood in quotes or in a block, so that `"1"` differs from `1` in more than type.
    package var isQuoted: Bool

    package init(_ content: Content, at place: Place, tag: String? = nil, isQuoted: Bool = false) {
        self.content = content
        self.place = place
        self.tag = tag
        self.isQuoted = isQuoted
    }

    /// Gives every part of a value the same place, for values that come from no file.
    package init(_ value: Value, at place: Place) {
        switch value {
        case .list(let items): self.init(.list(items.map { LocatedValue($0, at: place) }), at: place)
        case .map(let map):
            let entries = map.map { key, value in
                (key, LocatedEntry(key: key, place: place, value: LocatedValue(value, at: place)))
            }
            self.init(.map(LocatedMapping(uniqueKeysWithValues: entries)), at: place)
        default: self.init(.scalar(value), at: place)
        }
    }
}

/// A map in the order in which it was written.
package typealias LocatedMapping = OrderedDictionary<String, LocatedEntry>

/// One key of a map with what it stands for.
package struct LocatedEntry: Sendable, Equatable {
    package var key: String
    /// Where the key begins.
    package var place: Place
    package var value: LocatedValue

    package init(key: String, place: Place, value: LocatedValue) {
        self.key = key
        self.place = place
        self.value = value
    }
}

extension LocatedValue {
    /// The value without places and tags.
    package var value: Value {
        switch content {
        case .scalar(let value): value
        case .list(let items): .list(items.map(\.value))
        case .map(let map): .map(map.mapValues(\.value.value))
        }
    }

    /// What a message calls this kind of value.
    package var kind: String {
        switch content {
        case .scalar(let value): value.kind
        case .list: "list"
        case .map: "map"
        }
    }

    package var isNull: Bool { content == .scalar(.null) }
    package var scalar: Value? { if case .scalar(let value) = content { value } else { nil } }
    package var list: [LocatedValue]? { if case .list(let items) = content { items } else { nil } }
    package var map: LocatedMapping? { if case .map(let map) = content { map } else { nil } }

    /// What stands under the key, where this is a map that has it.
    package subscript(_ key: String) -> LocatedValue? { map?[key]?.value }

    /// What stands under a dotted name. A key that itself contains a dot is found first when it stands whole.
    package subscript(path path: String) -> LocatedValue? { entry(path: path)?.value }

    /// The entry of a dotted name, with the place of its last key.
    package func entry(path: String) -> LocatedEntry? {
        guard let map else { return nil }
        if let whole = map[path] { return whole }
        guard let dot = path.firstIndex(of: ".") else { return nil }
        return map[String(path[..<dot])]?.value.entry(path: String(path[path.index(after: dot)...]))
    }
}
