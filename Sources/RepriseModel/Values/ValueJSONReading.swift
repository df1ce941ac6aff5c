import OrderedCollections

extension Value {
    /// Reads one JSON document (RFC 8259) and nothing after it.
    ///
    /// Numbers without point and exponent that fit 64 bits become `integer`; a repeated key keeps its last value.
    /// Nesting is bounded at 256, so that hostile input cannot exhaust the stack.
    public init(json text: String) throws(JSONError) {
        try self.init(json: Array(text.utf8)[...])
    }

    /// Reads one JSON document from UTF-8 bytes.
    public init(json bytes: ArraySlice<UInt8>) throws(JSONError) {
        var reader = JSONReader(bytes: Array(bytes))
        reader.skipSpace()
        self = try reader.value(depth: 0)
        reader.skipSpace()
        if reader.position < reader.bytes.count { throw reader.error("something follows the document") }
    }
}

/// A text that is not JSON, with the byte at which that shows.
public struct JSONError: Error, Hashable, Sendable {
    public var reason: String
    /// Bytes from the start of the text.
    public var offset: Int
}

private struct JSONReader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    func error(_ reason: String) -> JSONError { JSONError(reason: reason, offset: position) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    mutating func value(depth: Int) throws(JSONError) -> Value {
        guard depth <= 256 else { throw error("nested more than 256 deep") }
        guard let byte = next else { throw error("the text ends where a value should be") }
        switch byte {
        case UInt8(ascii: "{"): return try map(depth: depth)
        case UInt8(ascii: "["): return try list(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ text: String, _ value: Value) throws(JSONError) -> Value {
        guard bytes[position...].starts(with: text.utf8) else { throw error("expected `\(text)`") }
        position += text.utf8.count
        return value
    }

    private mutating func number() throws(JSONError) -> Value {
        let start = position
        var isInteger = true
        while let byte = next {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): break
            case UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): isInteger = false
            default: return try number(from: start, isInteger: isInteger)
            }
            position += 1
        }
        return try number(from: start, isInteger: isInteger)
    }

    private func number(from start: Int, isInteger: Bool) throws(JSONError) -> Value {
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard let first = digits.utf8.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
            digits.utf8.count == 1 || first != UInt8(ascii: "0") || digits.utf8.dropFirst().first.map(isDigit) == false,
            !text.hasSuffix("."), !text.contains(".e"), !text.contains(".E")
        else { throw JSONError(reason: "expected a value", offset: start) }
        if isInteger, let whole = Int64(text) { return .integer(whole) }
        guard let number = Double(text) else { throw JSONError(reason: "`\(text)` is no number", offset: start) }
        return .number(number)
    }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private mutating func list(depth: Int) throws(JSONError) -> Value {
        position += 1
        var items: [Value] = []
        skipSpace()
        if next == UInt8(ascii: "]") {
            position += 1
            return .list([])
        }
        while true {
            skipSpace()
            items.append(try value(depth: depth + 1))
            if try endsCollection(UInt8(ascii: "]")) { return .list(items) }
        }
    }

    private mutating func map(depth: Int) throws(JSONError) -> Value {
        position += 1
        var map: Mapping = [:]
        skipSpace()
        if next == UInt8(ascii: "}") {
            position += 1
            return .map([:])
        }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error("expected a key in double quotes") }
            let key = try string()
            skipSpace()
            guard next == UInt8(ascii: ":") else { throw error("expected `:` after the key") }
            position += 1
            skipSpace()
            map[key] = try value(depth: depth + 1)
            if try endsCollection(UInt8(ascii: "}")) { return .map(map) }
        }
    }

    private mutating func endsCollection(_ close: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard let byte = next, byte == close || byte == UInt8(ascii: ",") else {
            throw error("expected `,` or `\(Character(UnicodeScalar(close)))`")
        }
        position += 1
        return byte == close
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw error("the text is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): text += try escape()
            case 0..<0x20: throw error("a control character stands in a text")
            default: text.append(byte)
            }
        }
        throw error("a text does not end")
    }

    private mutating func escape() throws(JSONError) -> [UInt8] {
        guard let byte = next else { throw error("a text does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "u"): return try unicode()
        default: throw error("`\\\(Character(UnicodeScalar(byte)))` is no escape")
        }
    }

    private mutating func unicode() throws(JSONError) -> [UInt8] {
        var unit = try hexadecimal()
        if unit >= 0xD800, unit < 0xDC00, bytes[position...].starts(with: #"\u"#.utf8) {
            position += 2
            let low = try hexadecimal()
            guard low >= 0xDC00, low < 0xE000 else { throw error("a surrogate pair is incomplete") }
            unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(unit) else { throw error("a surrogate stands alone") }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        guard position + 4 <= bytes.count,
            bytes[position..<position + 4].allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let unit = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw error("expected four hexadecimal digits") }
        position += 4
        return unit
    }
}
