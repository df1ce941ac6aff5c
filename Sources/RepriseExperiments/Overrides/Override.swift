import OrderedCollections
import RepriseModel
import RepriseYAML

/// A change from the command line: `lr=0.1`, `+optimizer.eps=1e-8`, `~optimizer.beta1`, `lr=0.1,0.01`.
package struct Override: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// `name=value`: the name must be known.
        case set
        /// `+name=value`: the name must not be known.
        case add
        /// `++name=value`: either.
        case force
        /// `~name`.
        case remove
    }

    var kind: Kind
    var name: String
    /// What stands after the `=`, as it was typed.
    var text: String

    package init(_ argument: String) throws {
        var rest = argument[...]
        if rest.hasPrefix("++") {
            (kind, rest) = (.force, rest.dropFirst(2))
        } else if rest.hasPrefix("+") {
            (kind, rest) = (.add, rest.dropFirst())
        } else if rest.hasPrefix("~") {
            (kind, rest) = (.remove, rest.dropFirst())
        } else {
            kind = .set
        }
        let equals = rest.firstIndex(of: "=")
        name = ValueText.trimmed(rest[..<(equals ?? rest.endIndex)])
        text = equals.map { String(rest[rest.index(after: $0)...]) } ?? ""
        if kind == .remove, equals != nil {
            throw Self.mistake("`\(argument.prefix(80))` removes, and takes no value", fix: "write `~\(name)`")
        }
        guard kind == .remove || equals != nil else {
            throw Self.mistake("`\(argument.prefix(80))` is no override", fix: "write `name=value`")
        }
        guard !name.isEmpty else {
            throw Self.mistake("`\(argument.prefix(80))` names no parameter", fix: "write `name=value`")
        }
        // Most often a variable of a shell that was not set.
        guard kind == .remove || !ValueText.trimmed(text).isEmpty else {
            throw Self.mistake(
                "`\(argument.prefix(80))` has no value",
                fix: "write a value behind the `=`, or `null`, or `'\"\"'` for an empty text"
            )
        }
        try checkParameterName(name, at: OverrideLayer.place)
    }

    static func mistake(_ what: String, why: String? = nil, fix: String?) -> Mistake {
        Mistake(what, why: why, fix: fix, code: "wrong-override", place: OverrideLayer.place)
    }
}

/// What an override puts in place of a value.
enum OverrideValue: Hashable {
    case one(Value)
    case several([Value])
    case drawn(String)

    /// `alwaysSweeps` is how `--sweep` reads: one list stands for its items.
    init(_ text: String, alwaysSweeps: Bool) throws {
        let place = OverrideLayer.place
        if let function = try SweepValues(text, at: place) {
            switch function {
            case .values(let values): self = .several(values)
            case .drawn: self = .drawn(ValueText.trimmed(text))
            }
            return
        }
        let items = try ValueText.items(text, at: place)
        let values = try items.map { try ValueText.value($0, at: place) }
        if values.count > 1 {
            if let index = items.firstIndex(where: { ValueText.trimmed($0).isEmpty }) {
                throw Override.mistake(
                    "value \(index + 1) of `\(text.prefix(80))` is empty",
                    fix: "take the comma out, or write `null` or `\"\"`"
                )
            }
            self = .several(values)
        } else if alwaysSweeps {
            self = .several(values[0].listValue ?? values)
        } else {
            self = .one(values[0])
        }
    }
}
