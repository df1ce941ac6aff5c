import RepriseModel

/// A place in JSON text that moves forward value by value, without building a tree.
///
/// Besides RFC 8259 it takes the bare words `NaN`, `Infinity` and `-Infinity`, which Python writes.
struct JSONScanner {
    let bytes: [UInt8]
    var position: Int
    let end: Int
    let side: Side
    static let depthLimit = 256

    init(bytes: [UInt8], range: Range<Int>, side: Side) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
        self.side = side
    }

    func malformed(_ reason: String) -> WalkEnd {
        .content(.malformed(side, "\(reason) at byte \(position)"))
    }

    /// The next byte that is no blank; nil at the end.
    mutating func peek() -> UInt8? {
        while position < end {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            position += 1
        }
        return nil
    }

    mutating func take(_ byte: UInt8) throws(WalkEnd) {
        guard peek() == byte else { throw malformed("expected `\(Character(UnicodeScalar(byte)))`") }
        position += 1
    }

    /// Takes `,` and stays in the collection, or takes its closing byte.
    mutating func endsCollection(_ close: UInt8) throws(WalkEnd) -> Bool {
        let next = peek()
        guard next == close || next == UInt8(ascii: ",") else {
            throw malformed("expected `,` or `\(Character(UnicodeScalar(close)))`")
        }
        position += 1
        return next == close
    }

    /// Takes the opening byte; true where the collection closes at once.
    mutating func opensEmpty(_ close: UInt8) -> Bool {
        position += 1
        guard peek() == close else { return false }
        position += 1
        return true
    }

    /// A text in quotes, as the range between them.
    mutating func string() throws(WalkEnd) -> Range<Int> {
        try take(UInt8(ascii: "\""))
        let start = position
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return start..<position - 1
            case UInt8(ascii: "\\"): position += 2
            case 0..<0x20: throw malformed("a control character stands in a text")
            default: position += 1
            }
        }
        position = end
        throw malformed("a text does not end")
    }

    /// A number or a word.
    mutating func scalar() throws(WalkEnd) -> Range<Int> {
        let start = position
        while position < end, bytes[position].isJSONScalar { position += 1 }
        guard position > start else { throw malformed("expected a value") }
        return start..<position
    }

    mutating func skipValue(depth: Int) throws(WalkEnd) {
        guard depth <= Self.depthLimit else { throw malformed("nested more than \(Self.depthLimit) deep") }
        switch peek() {
        case UInt8(ascii: "{"):
            if opensEmpty(UInt8(ascii: "}")) { return }
            repeat {
                _ = try key()
                try skipValue(depth: depth + 1)
            } while try !endsCollection(UInt8(ascii: "}"))
        case UInt8(ascii: "["):
            if opensEmpty(UInt8(ascii: "]")) { return }
            repeat { try skipValue(depth: depth + 1) } while try !endsCollection(UInt8(ascii: "]"))
        case UInt8(ascii: "\""): _ = try string()
        default: _ = try scalar()
        }
    }

    mutating func key() throws(WalkEnd) -> Range<Int> {
        let range = try string()
        try take(UInt8(ascii: ":"))
        return range
    }

    /// A text's meaning, its escapes resolved.
    func decoded(_ range: Range<Int>) -> String? {
        let raw = bytes[range]
        guard raw.contains(UInt8(ascii: "\\")) else { return String(validating: raw, as: UTF8.self) }
        return try? Value(json: [UInt8(ascii: "\"")] + raw + [UInt8(ascii: "\"")]).stringValue
    }
}

extension UInt8 {
    fileprivate var isJSONScalar: Bool {
        isDigit || isLetter || self == UInt8(ascii: "-") || self == UInt8(ascii: "+") || self == UInt8(ascii: ".")
    }
}
