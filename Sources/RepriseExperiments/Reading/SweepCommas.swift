import OrderedCollections
import RepriseModel
import RepriseYAML

/// Lets `{lr: log(1e-4, 1e-1), hidden: choice(16, 32)}` be written without quotes, although YAML would cut it at its
/// commas: while YAML reads, another character stands for the commas inside a sweep's functions.
enum SweepCommas {
    /// A private character, as wide as a comma, so that columns stay what they are.
    private static let standIn: Unicode.Scalar = "\u{E000}"

    /// Reads a document in which sweep functions may stand without quotes.
    static func read(_ bytes: [UInt8], file: String, with reader: YAMLReader) throws -> LocatedValue? {
        guard bytes.count <= reader.byteLimit, bytes.contains(UInt8(ascii: "(")),
            let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(standIn),
            let hidden = hidden(text)
        else { return try reader.read(bytes, file: file) }
        return try reader.read(hidden, file: file).map(restored)
    }

    /// The text with those commas replaced; nil where there are none.
    private static func hidden(_ text: String) -> String? {
        var scalars = Array(text.unicodeScalars)
        var found = false
        var index = 0
        while let open = scalars[index...].firstIndex(of: "(") {
            index = open + 1
            guard isFunction(scalars, before: open) else { continue }
            var depth = 1
            while index < scalars.count, depth > 0, scalars[index] != "\n" {
                switch scalars[index] {
                case "(": depth += 1
                case ")": depth -= 1
                case ",":
                    scalars[index] = standIn
                    found = true
                default: break
                }
                index += 1
            }
        }
        guard found else { return nil }
        var hidden = String.UnicodeScalarView()
        hidden.append(contentsOf: scalars)
        return String(hidden)
    }

    /// Whether the name of a sweep's function stands before the parenthesis, and a key's colon before that.
    private static func isFunction(_ scalars: [Unicode.Scalar], before open: Int) -> Bool {
        var start = open
        while start > 0, scalars[start - 1].properties.isAlphabetic { start -= 1 }
        var name = String.UnicodeScalarView()
        name.append(contentsOf: scalars[start..<open])
        // A mistyped one, too, so that it is told as such and not as what a comma leaves of it.
        guard nearestName(to: String(name), among: SweepValues.names) != nil else { return false }
        while start > 0, scalars[start - 1] == " " { start -= 1 }
        return start > 0 && scalars[start - 1] == ":"
    }

    private static func restored(_ value: LocatedValue) -> LocatedValue {
        var value = value
        switch value.content {
        case .scalar(.string(let text)): value.content = .scalar(.string(restored(text)))
        case .scalar: break
        case .list(let items): value.content = .list(items.map(restored))
        case .map(let map):
            let entries = map.values.map { entry in
                LocatedEntry(key: restored(entry.key), place: entry.place, value: restored(entry.value))
            }
            value.content = .map(LocatedMapping(entries.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first }))
        }
        return value
    }

    private static func restored(_ text: String) -> String {
        guard text.unicodeScalars.contains(standIn) else { return text }
        return text.replacing(String(Character(standIn)), with: ",")
    }
}
