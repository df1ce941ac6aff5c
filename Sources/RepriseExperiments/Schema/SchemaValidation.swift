import OrderedCollections
import RepriseModel
import RepriseYAML

/// Compares what stands in a file with what may stand there.
struct SchemaValidation {
    /// Throws the first thing that is wrong, with its place. `name` is the dotted name of the value.
    static func check(_ value: LocatedValue, _ shape: Shape, name: String) throws {
        switch shape {
        case .anything: return
        case .list(let item): try checkList(value, item, shape, name: name)
        case .map(let item): try checkMap(value, keys: [], others: item, shape, name: name)
        case .keys(let keys, let others): try checkMap(value, keys: keys, others: others, shape, name: name)
        case .either(let shapes): try checkEither(value, shapes, shape, name: name)
        default: if let error = problem(value, shape, name: name) { throw error }
        }
    }

    private static func checkList(_ value: LocatedValue, _ item: Shape, _ shape: Shape, name: String) throws {
        guard let items = value.list else { throw wrong(value, shape, name: name) }
        for (index, part) in items.enumerated() { try check(part, item, name: "\(name)[\(index)]") }
    }

    private static func checkMap(
        _ value: LocatedValue,
        keys: [SchemaKey],
        others: Shape?,
        _ shape: Shape,
        name: String
    ) throws {
        guard let map = value.map else {
            // `parameters:` with nothing under it is an empty map.
            if value.isNull, !keys.contains(where: \.isRequired) { return }
            throw wrong(value, shape, name: name)
        }
        for (key, entry) in map {
            let inner = name.isEmpty ? key : "\(name).\(key)"
            if let known = keys.first(where: { $0.name == key }) {
                if entry.value.isNull, !known.isRequired { continue }
                try check(entry.value, known.shape, name: inner)
            } else if let others {
                try check(entry.value, others, name: inner)
            } else {
                throw unknown(entry, keys: keys, name: name)
            }
        }
        for key in keys where key.isRequired && map[key.name] == nil {
            throw Mistake(
                "`\(name)` has no `\(key.name)`",
                fix: "add `\(key.name): …`",
                code: "missing-key",
                place: value.place
            )
        }
    }

    /// The one shape of the value's kind says what is wrong; without one, all of them do.
    private static func checkEither(_ value: LocatedValue, _ shapes: [Shape], _ whole: Shape, name: String) throws {
        let fitting = shapes.filter { shape in
            switch (shape, value.content) {
            case (.list, .list), (.map, .map), (.keys, .map): true
            case (.list, _), (.map, _), (.keys, _), (_, .list), (_, .map): false
            default: problem(value, shape, name: name) == nil
            }
        }
        guard let shape = fitting.first else {
            let scalars = shapes.filter { if case .scalar = value.content { $0.isScalar } else { false } }
            throw wrong(value, scalars.count == 1 && value.scalar?.stringValue != nil ? scalars[0] : whole, name: name)
        }
        try check(value, shape, name: name)
    }

    private static func unknown(_ entry: LocatedEntry, keys: [SchemaKey], name: String) -> Mistake {
        let names = keys.map(\.name)
        let near = nearestName(to: entry.key, among: names)
        let known = names.sorted().map { "`\($0)`" }.joined(separator: ", ")
        return Mistake(
            name.isEmpty ? "there is no key `\(entry.key)`" : "there is no key `\(entry.key)` in `\(name)`",
            why: "known here: \(known)",
            fix: near.map { "did you mean `\($0)`?" },
            code: "unknown-key",
            place: entry.place
        )
    }

    /// What is wrong with a scalar, if anything.
    private static func problem(_ value: LocatedValue, _ shape: Shape, name: String) -> Mistake? {
        guard let scalar = value.scalar else { return wrong(value, shape, name: name) }
        let fits: Bool
        switch (shape, scalar) {
        case (.text, .string), (.function, .string), (.word, .string), (.word, .integer), (.word, .number),
            (.flag, .bool):
            fits = true
        case (.whole(let range), .integer(let number)): fits = range.contains(number)
        case (.amount, .integer), (.amount, .number): fits = (scalar.doubleValue ?? -1) >= 0
        case (.choice(let words), .string(let text)):
            guard !words.contains(text) else { return nil }
            var mistake = wrong(value, shape, name: name)
            mistake.fix = nearestName(to: text, among: words).map { "did you mean `\($0)`?" }
            return mistake
        case (.size, .integer(let number)), (.time, .integer(let number)): fits = number >= 0
        case (.time, .number(let number)): fits = number >= 0 && number < 9e12
        case (.size, .string(let text)): fits = Quantities.bytes(text) != nil
        case (.time, .string(let text)): fits = Quantities.milliseconds(text) != nil
        default: fits = false
        }
        return fits ? nil : wrong(value, shape, name: name)
    }

    private static func wrong(_ value: LocatedValue, _ shape: Shape, name: String) -> Mistake {
        let shown = value.scalar.map { $0 == .null ? "nothing" : "the \($0.kind) `\($0.text.prefix(60))`" }
        var fix: String?
        if let scalar = value.scalar, scalar != .null, scalar.stringValue == nil, shape.acceptsText {
            fix = "put it in quotes: `\"\(scalar.text)\"`"
        }
        return Mistake(
            name.isEmpty
                ? "an experiment is a map, not \(shown ?? "a \(value.kind)")"
                : "`\(name)` must be \(shape.expected), and is \(shown ?? "a \(value.kind)")",
            fix: fix,
            code: "wrong-type",
            place: value.place
        )
    }
}

extension Shape {
    fileprivate var isScalar: Bool {
        switch self {
        case .list, .map, .keys, .either: false
        default: true
        }
    }

    fileprivate var acceptsText: Bool {
        switch self {
        case .text, .word: true
        case .either(let shapes): shapes.contains(where: \.acceptsText)
        default: false
        }
    }
}
