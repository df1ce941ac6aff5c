import RepriseModel
import RepriseYAML

/// What a setting may hold.
package indirect enum SettingType: Hashable, Sendable {
    case text
    /// A whole number of at least `least`.
    case whole(least: Int64)
    /// `50MiB`, `4GB`, or a number of bytes. Kept as bytes.
    case bytes
    /// `10s`, `1h30m`, or a number of seconds. Kept as milliseconds.
    case duration
    case choice([String])
    case texts
    /// A pattern of paths, or `false` for none.
    case pattern
    case flag
    case trackers
    case credential

    /// What a message says was expected.
    package var expectation: String {
        switch self {
        case .text: "text"
        case .whole(let least): "a whole number of at least \(least)"
        case .bytes: "a size such as `50MiB`"
        case .duration: "a time such as `10s` or `1h30m`"
        case .choice(let names): "one of " + names.map { "`\($0)`" }.joined(separator: ", ")
        case .texts: "a list of texts such as `[a, b]`"
        case .flag: "`true` or `false`"
        case .pattern: "a pattern such as `logs/**`, or `false`"
        case .trackers: "a list of maps, each with a `kind`"
        case .credential: "`{variable: NAME}`, `{file: PATH}` or `{command: COMMAND}`"
        }
    }

    /// The value in the form in which it is kept; nil where it is of another type.
    func kept(_ value: Value) -> Value? {
        switch (self, value) {
        case (.text, .string): return value
        case (.whole(let least), .integer(let number)): return number >= least ? value : nil
        case (.bytes, .integer(let number)): return number >= 0 ? value : nil
        case (.bytes, .string(let text)): return Quantities.bytes(text).map(Value.integer)
        case (.duration, .integer(let seconds)):
            let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
            return seconds >= 0 && !overflow ? .integer(milliseconds) : nil
        case (.duration, .string(let text)): return Quantities.milliseconds(text).map(Value.integer)
        case (.choice(let names), .string(let name)): return names.contains(name) ? value : nil
        case (.texts, .list(let items)): return items.allSatisfy { $0.stringValue != nil } ? value : nil
        case (.flag, .bool): return value
        case (.pattern, .string), (.pattern, .bool(false)): return value
        case (.trackers, .list(let items)): return items.allSatisfy { $0.mapValue != nil } ? value : nil
        case (.credential, .map): return value
        default: return nil
        }
    }

    /// The value that a text from the environment or the command line stands for, before it is checked.
    func value(ofText text: String, origin: String) throws -> Value {
        switch self {
        case .text, .bytes, .duration, .choice: return .string(text)
        case .whole: return CoreSchema.value(of: text) ?? .string(text)
        case .flag: return CoreSchema.value(of: text) ?? .string(text)
        case .pattern: return text == "false" ? false : .string(text)
        case .texts where !text.hasPrefix("["):
            return .list(text.split(separator: ",").map { .string(trimmed($0)) })
        case .texts, .trackers, .credential:
            return try YAMLReader().read(text, file: origin)?.value ?? .null
        }
    }

    private func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0 == " " }
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }

    /// The kept value as a person would write it.
    package func text(of value: Value) -> String {
        switch (self, value) {
        case (.bytes, .integer(let bytes)): Quantities.text(bytes: bytes)
        case (.duration, .integer(let milliseconds)): Quantities.text(milliseconds: milliseconds)
        default: value.text
        }
    }
}
