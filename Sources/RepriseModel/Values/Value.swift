import OrderedCollections

/// A typed value as people write it in an experiment file: a parameter, a setting, a line of metrics.
///
/// Whole numbers and decimal numbers stay apart (`1` is not `1.0`), and maps keep the order in which they were
/// written. Equality includes that order; compare `canonical` forms where order must not count.
public enum Value: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case list([Value])
    case map(Mapping)
}

/// A map that keeps the order in which its keys were written.
public typealias Mapping = OrderedDictionary<String, Value>

extension Value {
    /// What a message calls this kind of value: `whole number`, `list`, ….
    public var kind: String {
        switch self {
        case .null: "nothing"
        case .bool: "boolean"
        case .integer: "whole number"
        case .number: "number"
        case .string: "text"
        case .list: "list"
        case .map: "map"
        }
    }

    /// The same value with the keys of every map in byte order.
    public var canonical: Value {
        switch self {
        case .list(let items): return .list(items.map(\.canonical))
        case .map(let map):
            var sorted = Mapping(minimumCapacity: map.count)
            for key in map.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
                sorted[key] = map[key]?.canonical
            }
            return .map(sorted)
        default: return self
        }
    }

    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var integerValue: Int64? { if case .integer(let value) = self { value } else { nil } }
    public var stringValue: String? { if case .string(let value) = self { value } else { nil } }
    public var listValue: [Value]? { if case .list(let value) = self { value } else { nil } }
    public var mapValue: Mapping? { if case .map(let value) = self { value } else { nil } }

    /// The value as a floating-point number, where it is a number of either kind.
    public var doubleValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The value as it goes into a command or a table: text bare, everything else as JSON. NaN and the infinities
    /// are bare too: `NaN`, `-Infinity`.
    public var text: String {
        switch self {
        case .string(let text): text
        case .number(let number) where !number.isFinite: String(json().dropFirst().dropLast())
        default: json()
        }
    }
}

extension Value: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: Value...) { self = .list(elements) }
    public init(dictionaryLiteral elements: (String, Value)...) {
        self = .map(Mapping(elements, uniquingKeysWith: { _, last in last }))
    }
}
