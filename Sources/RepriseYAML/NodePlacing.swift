import OrderedCollections
import RepriseModel
import Yams

/// Turns parsed nodes into located values, and counts them, because an alias repeats all that it names.
struct NodePlacing {
    let reader: YAMLReader
    let file: String
    private var count = 0

    init(reader: YAMLReader, file: String) {
        self.reader = reader
        self.file = file
    }

    mutating func place(_ node: Node, depth: Int) throws -> LocatedValue {
        let place = self.place(of: node)
        count += 1
        guard count <= reader.valueLimit else {
            throw Mistake(
                "the file holds more than \(reader.valueLimit) values",
                why: "every alias counts as all that it repeats",
                code: "too-many-values",
                place: place
            )
        }
        guard depth <= reader.depthLimit else { throw reader.tooDeep(place) }
        switch node {
        case .scalar(let scalar): return try located(scalar, at: place)
        case .sequence(let items):
            let tag = try localTag(items.tag, standard: .seq, at: place)
            let values = try items.map { try self.place($0, depth: depth + 1) }
            return LocatedValue(.list(values), at: place, tag: tag)
        case .mapping(let map): return try located(map, at: place, depth: depth)
        case .alias: throw Mistake("an alias names nothing", code: "yaml-syntax", place: place)
        }
    }

    private mutating func located(_ map: Node.Mapping, at place: Place, depth: Int) throws -> LocatedValue {
        let tag = try localTag(map.tag, standard: .map, at: place)
        var entries = LocatedMapping(minimumCapacity: map.count)
        for (key, value) in map {
            let name = try self.name(key)
            let keyPlace = self.place(of: key)
            guard entries[name] == nil else {
                throw Mistake("the key `\(name)` stands twice", code: "duplicate-key", place: keyPlace)
            }
            let value = try self.place(value, depth: depth + 1)
            entries[name] = LocatedEntry(key: name, place: keyPlace, value: value)
        }
        return LocatedValue(.map(entries), at: place, tag: tag)
    }

    private func name(_ key: Node) throws -> String {
        guard case .scalar(let scalar) = key else {
            throw Mistake("a key must be text", code: "wrong-key", place: place(of: key))
        }
        if scalar.string == "<<", scalar.style == .plain {
            throw Mistake(
                "`<<` merges maps in YAML 1.1 only",
                fix: "write the keys out, or name another file under `extends`",
                code: "wrong-key",
                place: place(of: key)
            )
        }
        return scalar.string
    }

    private func located(_ scalar: Node.Scalar, at place: Place) throws -> LocatedValue {
        let isQuoted = scalar.style != .plain
        let tag = scalar.tag.rawValue
        switch tag {
        case Tag.Name.implicit.rawValue:
            return LocatedValue(.scalar(try typed(scalar.string, at: place)), at: place)
        case Tag.Name.str.rawValue, Tag.Name.nonSpecific.rawValue:
            return LocatedValue(.scalar(.string(scalar.string)), at: place, isQuoted: true)
        case Tag.Name.float.rawValue: return LocatedValue(.scalar(try float(scalar.string, at: place)), at: place)
        case Tag.Name.int.rawValue, Tag.Name.bool.rawValue, Tag.Name.null.rawValue:
            return LocatedValue(.scalar(try tagged(scalar.string, tag, at: place)), at: place)
        default:
            let tag = try localTag(scalar.tag, standard: .str, at: place)
            let value = isQuoted ? .string(scalar.string) : try typed(scalar.string, at: place)
            return LocatedValue(.scalar(value), at: place, tag: tag, isQuoted: isQuoted)
        }
    }

    private func typed(_ text: String, at place: Place) throws -> Value {
        guard let value = CoreSchema.value(of: text) else {
            throw Mistake(
                "`\(text.prefix(60))` is a whole number that 64 bits cannot hold",
                fix: "put it in quotes to keep it as text, or write it as `1.0e30`",
                code: "number-too-large",
                place: place
            )
        }
        return value
    }

    private func float(_ text: String, at place: Place) throws -> Value {
        guard let number = try typed(text, at: place).doubleValue else { throw wrongTag(text, "!!float", at: place) }
        return .number(number)
    }

    private func tagged(_ text: String, _ tag: String, at place: Place) throws -> Value {
        let value = try typed(text, at: place)
        switch (value, tag) {
        case (.integer, Tag.Name.int.rawValue), (.bool, Tag.Name.bool.rawValue), (.null, Tag.Name.null.rawValue):
            return value
        default: throw wrongTag(text, "!!" + (tag.split(separator: ":").last ?? ""), at: place)
        }
    }

    private func wrongTag(_ text: String, _ tag: String, at place: Place) -> Mistake {
        Mistake("`\(text.prefix(60))` is not what its tag `\(tag)` says", code: "wrong-tag", place: place)
    }

    private func localTag(_ tag: Tag, standard: Tag.Name, at place: Place) throws -> String? {
        let name = tag.rawValue
        if name.isEmpty || name == "!" || name == standard.rawValue { return nil }
        if reader.knownTags.contains(name) { return name }
        let near = nearestName(to: name, among: reader.knownTags.sorted())
        let shown = name.hasPrefix("tag:yaml.org,2002:") ? "!!" + name.dropFirst(18) : name
        throw Mistake(
            "the tag `\(shown)` is not known here",
            fix: near.map { "did you mean `\($0)`?" },
            code: "unknown-tag",
            place: place
        )
    }

    private func place(of node: Node) -> Place {
        guard let mark = node.mark else { return Place(file: file) }
        return Place(file: file, line: mark.line, column: mark.column)
    }
}
