import NIOCore
import OrderedCollections
import RepriseModel

/// The named fields of a request, read with the types and the messages of the real server.
///
/// A field that is left out, `null` or of another type than asked for is one of MLflow's `INVALID_PARAMETER_VALUE`s.
/// As in the real server, whole and decimal numbers may come as texts, and `run_uuid` stands in for `run_id`.
struct RequestFields: Sendable {
    private var values: Mapping
    /// Arguments of a query, where whatever came several times is a list.
    private var isQuery = false

    init(_ values: Mapping) { self.values = values }

    /// The JSON object of a body; no fields where the body is empty.
    init(json body: ByteBuffer) throws {
        let bytes = Array(body.readableBytesView)
        guard bytes.contains(where: { $0 > 0x20 }) else {
            values = [:]
            return
        }
        do {
            var value = try Value(json: bytes[...])
            // Very old clients send the document as one text.
            if case .string(let text) = value { value = try Value(json: text) }
            guard let map = value.mapValue else {
                throw MLflowError.invalid("The body of the request must be a JSON object.")
            }
            values = map
        } catch let error as JSONError {
            throw MLflowError.invalid("The body of the request is not JSON: \(error.reason) at byte \(error.offset).")
        }
    }

    /// The arguments of a query: one of a name is a text, several are a list of texts.
    init(query: some StringProtocol) {
        values = [:]
        isQuery = true
        for argument in query.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = argument.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = formDecoded(parts[0])
            let value = Value.string(parts.count > 1 ? formDecoded(parts[1]) : "")
            switch values[name] {
            case nil: values[name] = value
            case .list(let items): values[name] = .list(items + [value])
            case .some(let first): values[name] = .list([first, value])
            }
        }
    }

    mutating func set(_ name: String, to value: Value) { values[name] = value }

    /// Whether the field is there at all, `null` included.
    func has(_ name: String) -> Bool { values[name] != nil }

    /// The field as it came; nil where it is `null` or left out. JSON names such as `runId` are known too.
    subscript(name: String) -> Value? {
        let value = values[name] ?? (name.contains("_") ? values[camelCase(name)] : nil)
        return value == .null ? nil : value
    }

    func text(_ name: String) throws -> String {
        guard let text = try optionalText(name), !text.isEmpty else { throw MLflowError.missingField(name) }
        return text
    }

    func optionalText(_ name: String) throws -> String? {
        switch self[name] {
        case nil: nil
        case .string(let text): text
        // Of an argument that is repeated, the first counts, as in the real server.
        case .list(let items) where isQuery: items.first?.stringValue
        case .some(let value): throw MLflowError.wrongKind(name, value)
        }
    }

    func integer(_ name: String) throws -> Int64 {
        guard let number = try optionalInteger(name) else { throw MLflowError.missingField(name) }
        return number
    }

    func optionalInteger(_ name: String) throws -> Int64? {
        guard let value = self[name] else { return nil }
        switch value {
        case .integer(let number): return number
        case .number(let number):
            if let whole = Int64(exactly: number) { return whole }
        case .string(let text):
            if text.isEmpty { return nil }
            if let whole = Int64(text) { return whole }
        default: break
        }
        throw MLflowError.wrongKind(name, value)
    }

    func number(_ name: String) throws -> Double {
        guard let number = try optionalNumber(name) else { throw MLflowError.missingField(name) }
        return number
    }

    /// `"NaN"`, `"Infinity"` and `"-Infinity"` are numbers too.
    func optionalNumber(_ name: String) throws -> Double? {
        guard let value = self[name] else { return nil }
        if let number = value.doubleValue, number.isFinite { return number }
        if case .string(let text) = value {
            if text.isEmpty { return nil }
            if let number = decimalNumber(text) { return number }
        }
        throw MLflowError.wrongKind(name, value)
    }

    func flag(_ name: String) throws -> Bool? {
        switch self[name] {
        case nil: return nil
        case .bool(let flag): return flag
        case .string(let text):
            switch text.lowercased() {
            case "true": return true
            case "false": return false
            default: throw MLflowError.invalid("Invalid boolean value: \(text), must be 'true' or 'false'.")
            }
        case .some(let value): throw MLflowError.wrongKind(name, value)
        }
    }

    /// Empty where the field is left out.
    func list(_ name: String) throws -> [Value] {
        switch self[name] {
        case nil: []
        case .list(let items): items
        case .some(let value): throw MLflowError.wrongKind(name, value)
        }
    }

    /// The objects of a list, to be read as fields in turn. Empty where the field is left out.
    func objects(_ name: String) throws -> [RequestFields] {
        try list(name)
            .map { item in
                guard let map = item.mapValue else { throw MLflowError.wrongKind(name, item) }
                return RequestFields(map)
            }
    }

    func map(_ name: String) throws -> Mapping? {
        switch self[name] {
        case nil: nil
        case .map(let map): map
        case .some(let value): throw MLflowError.wrongKind(name, value)
        }
    }

    func fields(_ name: String) throws -> RequestFields? { try map(name).map(RequestFields.init) }

    /// A list of texts, of which a query may give one or more. Empty where the field is left out.
    func texts(_ name: String) throws -> [String] {
        switch self[name] {
        case nil: return []
        case .string(let text): return [text]
        case .list(let items):
            return try items.map { item in
                guard let text = item.stringValue else { throw MLflowError.wrongKind(name, .list(items)) }
                return text
            }
        case .some(let value): throw MLflowError.wrongKind(name, value)
        }
    }

    /// `[{"key": …, "value": …}]`, as tags and parameters come.
    func pairs(_ name: String) throws -> [(String, String)] {
        try objects(name).map { (try $0.optionalText("key") ?? "", try $0.optionalText("value") ?? "") }
    }
}

extension MLflowError {
    static let hint = " See the API docs for more information about request parameters."

    static func missingField(_ name: String) -> MLflowError {
        .invalid("Missing value for required parameter '\(name)'." + hint)
    }

    static func wrongKind(_ name: String, _ value: Value) -> MLflowError {
        let kind =
            switch value {
            case .null: "NoneType"
            case .bool: "bool"
            case .integer: "int"
            case .number: "float"
            case .string: "str"
            case .list: "list"
            case .map: "dict"
            }
        let text = value.canonical.json()
        let shown = text.utf8.count > 500 ? String(text.prefix(500)) + "…" : text
        return .invalid(
            "Invalid value \(shown) for parameter '\(name)' supplied:  Hint: Value was of type '\(kind)'." + hint
        )
    }
}

/// What Python's `float` takes of what protobuf lets through.
private func decimalNumber(_ text: String) -> Double? {
    switch text {
    case "NaN": return .nan
    case "Infinity": return .infinity
    case "-Infinity": return -.infinity
    default:
        guard let number = Double(text), number.isFinite, !text.lowercased().contains("x") else { return nil }
        return number
    }
}

/// `run_id` as `runId`.
private func camelCase(_ name: String) -> String {
    let parts = name.split(separator: "_")
    guard let first = parts.first else { return name }
    return parts.dropFirst().reduce(String(first)) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
}
