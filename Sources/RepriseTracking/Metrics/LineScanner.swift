import RepriseModel

/// Reads one flat JSON object from bytes, token by token.
struct LineScanner {
    enum Key {
        case step, time
        case metric(UnsafeRawBufferPointer)
        /// A key that had escapes, decoded.
        case escaped([UInt8])
    }

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position >= bytes.count }

    /// 0 at the end, which is no byte of a JSON token.
    @inline(__always)
    private var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

    @inline(__always)
    mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    /// Reads the whole object, and calls `member` where each value begins.
    @inline(__always)
    mutating func object(
        _ member: (inout LineScanner, Key) throws(MetricLineFault) -> Void
    ) throws(MetricLineFault) {
        guard take(UInt8(ascii: "{")) else { throw .syntax }
        skipSpace()
        if take(UInt8(ascii: "}")) { return try end() }
        while true {
            skipSpace()
            let key = try self.key()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw .syntax }
            skipSpace()
            try member(&self, key)
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else { throw .syntax }
            return try end()
        }
    }

    private mutating func end() throws(MetricLineFault) {
        skipSpace()
        if !isAtEnd { throw .syntax }
    }

    @inline(__always)
    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func key() throws(MetricLineFault) -> Key {
        let (text, isEscaped) = try string()
        if isEscaped { return named(try decoded(text)) }
        if text.equals("step") { return .step }
        if text.equals("time") { return .time }
        return .metric(text)
    }

    private func named(_ name: [UInt8]) -> Key {
        name.elementsEqual("step".utf8) ? .step : name.elementsEqual("time".utf8) ? .time : .escaped(name)
    }

    /// A string without its quotes, escapes as they stand.
    @inline(__always)
    private mutating func string() throws(MetricLineFault) -> (UnsafeRawBufferPointer, isEscaped: Bool) {
        guard take(UInt8(ascii: "\"")) else { throw .syntax }
        let start = position
        var isEscaped = false
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return (UnsafeRawBufferPointer(rebasing: bytes[start..<position - 1]), isEscaped)
            case UInt8(ascii: "\\"):
                isEscaped = true
                position += 2
            case 0..<0x20: throw .syntax
            default: position += 1
            }
        }
        throw .syntax
    }

    private func decoded(_ text: UnsafeRawBufferPointer) throws(MetricLineFault) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        guard let string = try? Value(json: ([quote] + text + [quote])[...]).stringValue else { throw .syntax }
        return Array(string.utf8)
    }

    mutating func metric() throws(MetricLineFault) -> Double {
        switch next {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return try number().value
        case UInt8(ascii: "-"):
            guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "I") else {
                return try number().value
            }
            return try word("-Infinity", -.infinity)
        case UInt8(ascii: "N"): return try word("NaN", .nan)
        case UInt8(ascii: "I"): return try word("Infinity", .infinity)
        case UInt8(ascii: "\""): return try quotedNumber()
        default: throw otherKind
        }
    }

    private var otherKind: MetricLineFault {
        switch next {
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
        case UInt8(ascii: "n"): .null
        case UInt8(ascii: "{"), UInt8(ascii: "["): .nested
        default: .syntax
        }
    }

    private mutating func word(_ word: StaticString, _ value: Double) throws(MetricLineFault) -> Double {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count, UnsafeRawBufferPointer(rebasing: bytes[position..<end]).equals(word) else {
            throw .syntax
        }
        position = end
        return value
    }

    private mutating func quotedNumber() throws(MetricLineFault) -> Double {
        let (text, isEscaped) = try string()
        let name = isEscaped ? try decoded(text) : Array(text)
        switch String(decoding: name, as: UTF8.self) {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        default: throw .text
        }
    }

    mutating func step() throws(MetricLineFault) -> Int64 {
        guard isNumberAhead else { throw .step }
        let number = try number()
        guard let step = number.whole ?? Int64(exactly: number.value) else { throw .step }
        return step
    }

    /// Seconds become milliseconds, to the nearest.
    mutating func time() throws(MetricLineFault) -> Int64 {
        guard isNumberAhead else { throw .time }
        let milliseconds = (try number().value * 1000).rounded()
        guard abs(milliseconds) < 9e15 else { throw .time }
        return Int64(milliseconds)
    }

    private var isNumberAhead: Bool { next == UInt8(ascii: "-") || isDigit(next) }

    private mutating func number() throws(MetricLineFault) -> DecimalNumber {
        guard let number = DecimalNumber(bytes, at: &position) else { throw .syntax }
        return number
    }
}

@inline(__always)
func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
