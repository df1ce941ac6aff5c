/// Writes JSON straight into bytes, commas included.
///
///     writer.object { writer in
///         writer.field("name", "loss")
///         writer.array("values") { writer in
///             for value in values { writer.number(value) }
///         }
///     }
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Whether the next value follows another one of the same object or array.
    private var needsComma = false

    init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

    // MARK: Values

    mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        separate()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
        try body(&self)
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
        separate()
        bytes.append(UInt8(ascii: "["))
        needsComma = false
        try body(&self)
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    mutating func string(_ text: String) {
        separate()
        quote(text)
    }

    mutating func integer(_ number: Int64) {
        separate()
        digits(of: number)
    }

    /// NaN and the infinities become `"NaN"`, `"Infinity"` and `"-Infinity"`.
    mutating func number(_ number: Double) {
        guard number.isFinite else {
            return string(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity")
        }
        separate()
        bytes.append(contentsOf: number.description.utf8)
    }

    mutating func flag(_ flag: Bool) {
        separate()
        bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    }

    mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    // MARK: Members of an object

    /// The name of the member whose value is written next.
    mutating func key(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func object(_ name: String, _ body: (inout JSONWriter) throws -> Void) rethrows {
        key(name)
        try object(body)
    }

    mutating func array(_ name: String, _ body: (inout JSONWriter) throws -> Void) rethrows {
        key(name)
        try array(body)
    }

    mutating func field(_ name: String, _ text: String) {
        key(name)
        string(text)
    }

    /// Nothing where there is no text.
    mutating func field(_ name: String, _ text: String?) {
        if let text { field(name, text) }
    }

    mutating func field(_ name: String, _ whole: Int64) {
        key(name)
        integer(whole)
    }

    mutating func field(_ name: String, _ decimal: Double) {
        key(name)
        number(decimal)
    }

    mutating func field(_ name: String, _ isSet: Bool) {
        key(name)
        flag(isSet)
    }

    // MARK: Bytes

    @inline(__always)
    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func digits(of number: Int64) {
        guard number < 0 || number > 9 else { return bytes.append(UInt8(ascii: "0") + UInt8(number)) }
        bytes.append(contentsOf: number.description.utf8)
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            for at in 0..<utf8.count where needsEscape(utf8[at]) {
                bytes.append(contentsOf: utf8[start..<at])
                escape(utf8[at])
                start = at + 1
            }
            bytes.append(contentsOf: utf8[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(hexadecimalDigit(byte >> 4))
            bytes.append(hexadecimalDigit(byte & 15))
        }
    }
}

@inline(__always)
private func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
}

private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}
