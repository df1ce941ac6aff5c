import OrderedCollections
import RepriseModel
import RepriseYAML

/// Values as they are typed on a command line or in a sweep's function: typed as in YAML, cut at commas that stand
/// outside of quotes and brackets.
enum ValueText {
    /// Cuts at top-level commas. `\,` is a comma that does not cut.
    static func items(_ text: String, at place: Place) throws -> [String] {
        var items: [String] = []
        var item = ""
        var open: [Character] = []
        var quote: Character?
        var characters = text.makeIterator()
        while let character = characters.next() {
            if character == "\\", quote != "'" {
                item.append(character)
                if let next = characters.next() { item.append(next) }
                continue
            }
            if let mark = quote {
                if character == mark { quote = nil }
            } else if character == "\"" || character == "'" {
                // Inside a bare word, as in `don't`, it is no quote.
                if item.allSatisfy(\.isWhitespace) || !open.isEmpty { quote = character }
            } else if let close = pairs[character] {
                open.append(close)
            } else if character == open.last {
                open.removeLast()
            } else if character == ",", open.isEmpty {
                items.append(item)
                item = ""
                continue
            }
            item.append(character)
        }
        if let missing = quote ?? open.last {
            throw Mistake(
                "`\(text.prefix(80))` lacks a closing `\(missing)`",
                fix: "close it, or put the whole value in quotes",
                code: "value-syntax",
                place: place
            )
        }
        return items + [item]
    }

    private static let pairs: [Character: Character] = ["(": ")", "[": "]", "{": "}"]

    /// One value: `true`, `1e-4`, `adam`, `"text"`, `[1, 2]`, `{a: 1}`.
    static func value(_ text: String, at place: Place) throws -> Value {
        let trimmed = trimmed(text)
        guard let first = trimmed.first else { return .null }
        if "[{\"'".contains(first) { return try structured(trimmed, at: place) }
        let plain = unescaped(trimmed)
        guard plain == trimmed else { return .string(plain) }
        guard let value = CoreSchema.value(of: plain) else {
            throw Mistake(
                "`\(plain.prefix(60))` is a whole number that 64 bits cannot hold",
                fix: "write it as `1.0e30`, or in quotes to keep it as text",
                code: "number-too-large",
                place: place
            )
        }
        return value
    }

    /// The text itself, without the quotes round it.
    static func text(_ text: String, at place: Place) throws -> String {
        let trimmed = trimmed(text)
        guard let first = trimmed.first, first == "\"" || first == "'", trimmed.count > 1, trimmed.last == first else {
            return text
        }
        return try structured(trimmed, at: place).text
    }

    private static func structured(_ text: String, at place: Place) throws -> Value {
        do {
            let value = try YAMLReader().read(text, file: place.file)?.value ?? .null
            if let key = missingSpace(value) {
                throw Mistake(
                    "the map `\(text.prefix(60))` lacks a space after the colon",
                    fix: "write `\(key.replacing(":", with: ": ", maxReplacements: 1))`",
                    code: "value-syntax",
                    place: place
                )
            }
            return value
        } catch let error as Mistake where error.code == "yaml-syntax" {
            throw Mistake(
                "`\(text.prefix(80))` cannot be read as a value",
                why: error.what,
                fix: error.fix,
                code: "value-syntax",
                place: place
            )
        }
    }

    /// YAML reads `{a:1}` as a key `a:1` with nothing under it, which nobody means.
    private static func missingSpace(_ value: Value) -> String? {
        switch value {
        case .list(let items): items.lazy.compactMap(missingSpace).first
        case .map(let map):
            map.lazy
                .compactMap { key, value in
                    value == .null && key.contains(":") ? key : missingSpace(value)
                }
                .first
        default: nil
        }
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        var part = text[...]
        while let first = part.first, first.isWhitespace { part = part.dropFirst() }
        while let last = part.last, last.isWhitespace { part = part.dropLast() }
        return String(part)
    }

    private static func unescaped(_ text: String) -> String {
        guard text.contains("\\") else { return text }
        var plain = ""
        var characters = Array(text)[...]
        while let character = characters.popFirst() {
            if character == "\\", let next = characters.first, next == "," || next == "\\" {
                characters.removeFirst()
                plain.append(next)
            } else {
                plain.append(character)
            }
        }
        return plain
    }
}
