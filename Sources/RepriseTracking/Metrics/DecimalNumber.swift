import Glibc

/// A JSON number (RFC 8259 §6) as the double that is nearest to it.
package struct DecimalNumber {
    package let value: Double
    /// The number itself, where it has neither point nor exponent and fits.
    package let whole: Int64?

    /// Reads the longest number at `position` and moves it on; nil where none stands there.
    @inline(__always)
    package init?(_ bytes: UnsafeRawBufferPointer, at position: inout Int) {
        let start = position
        var at = position
        let isNegative = at < bytes.count && bytes[at] == UInt8(ascii: "-")
        if isNegative { at += 1 }
        var digits = DecimalDigits()
        let first = at
        digits.take(bytes, &at, isFraction: false)
        guard at > first, at == first + 1 || bytes[first] != UInt8(ascii: "0") else { return nil }
        var isWhole = true
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            isWhole = false
            at += 1
            let point = at
            digits.take(bytes, &at, isFraction: true)
            guard at > point else { return nil }
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            at += 1
            guard digits.takeExponent(bytes, &at) else { return nil }
        }
        position = at
        if let exact = digits.exactValue {
            value = isNegative ? -exact : exact
        } else {
            value = slowValue(UnsafeRawBufferPointer(rebasing: bytes[start..<at]))
        }
        whole = isWhole ? digits.whole(isNegative: isNegative) : nil
    }
}

/// The digits of a number as one integer and a power of ten.
private struct DecimalDigits {
    private var mantissa: UInt64 = 0
    private var count = 0
    private var exponent = 0

    @inline(__always)
    mutating func take(_ bytes: UnsafeRawBufferPointer, _ at: inout Int, isFraction: Bool) {
        let start = at
        while at < bytes.count, isDigit(bytes[at]) {
            // More than nineteen digits are left to the slow way; what is kept of them does not matter.
            mantissa = mantissa &* 10 &+ UInt64(bytes[at] &- UInt8(ascii: "0"))
            if mantissa != 0 { count += 1 }
            at += 1
        }
        if isFraction { exponent -= at - start }
    }

    @inline(__always)
    mutating func takeExponent(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> Bool {
        var isNegative = false
        if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") {
            isNegative = bytes[at] == UInt8(ascii: "-")
            at += 1
        }
        let start = at
        var power = 0
        while at < bytes.count, isDigit(bytes[at]) {
            power = min(power * 10 + Int(bytes[at] &- UInt8(ascii: "0")), 1 << 40)
            at += 1
        }
        exponent += isNegative ? -power : power
        return at > start
    }

    /// The value where one rounding suffices: both factors are exact doubles (Clinger, "How to read floating point
    /// numbers accurately", PLDI 1990).
    @inline(__always)
    var exactValue: Double? {
        guard count <= 19, mantissa <= 1 << 53, exponent >= -22, exponent <= 22 else { return nil }
        let number = Double(mantissa)
        return exponent < 0 ? number / powersOfTen[-exponent] : number * powersOfTen[exponent]
    }

    func whole(isNegative: Bool) -> Int64? {
        guard count <= 19 else { return nil }
        return isNegative ? Int64(exactly: -Int128(mantissa)) : Int64(exactly: mantissa)
    }
}

private let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
]

/// By the C library, which rounds correctly, but wants a zero at the end.
private func slowValue(_ text: UnsafeRawBufferPointer) -> Double {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: text.count + 1) { copy in
        copy.withMemoryRebound(to: UInt8.self) { _ = $0.initialize(from: text) }
        copy[text.count] = 0
        guard let start = copy.baseAddress else { return .nan }
        return strtod(start, nil)
    }
}
