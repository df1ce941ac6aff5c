import RepriseModel

/// How text without quotes becomes a typed value: the core schema of YAML 1.2, and nothing of YAML 1.1.
///
/// `true` and `null` in three spellings, decimal, `0o` and `0x` whole numbers, decimal numbers with `.inf` and
/// `.nan`. Everything else, `yes`, `on`, `1_000` and `12:30` included, is text.
package enum CoreSchema {
    /// The typed value of a plain scalar; nil for a whole number that 64 bits cannot hold.
    package static func value(of text: String) -> Value? {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        case ".nan", ".NaN", ".NAN": return .number(.nan)
        default: break
        }
        guard let first = text.utf8.first, canBeginNumber(first) else { return .string(text) }
        return number(of: text)
    }

    private static func canBeginNumber(_ byte: UInt8) -> Bool { isDigit(byte) || "+-.".utf8.contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func number(of text: String) -> Value? {
        let negative = text.hasPrefix("-")
        let unsigned = negative || text.hasPrefix("+") ? text.dropFirst() : text[...]
        if [".inf", ".Inf", ".INF"].contains(unsigned) { return .number(negative ? -.infinity : .infinity) }
        for (prefix, radix) in [("0x", 16), ("0o", 8)] where text.hasPrefix(prefix) {
            let digits = text.dropFirst(2)
            guard digits.allSatisfy({ $0.isASCII && $0.isHexDigit && ($0.hexDigitValue ?? 99) < radix }),
                !digits.isEmpty
            else { return .string(text) }
            return Int64(digits, radix: radix).map(Value.integer)
        }
        if !unsigned.isEmpty, unsigned.utf8.allSatisfy(isDigit) { return Int64(text).map(Value.integer) }
        guard isDecimal(unsigned), let number = Double(text) else { return .string(text) }
        return .number(number)
    }

    /// `(\.[0-9]+ | [0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
    private static func isDecimal(_ text: Substring) -> Bool {
        var rest = text.utf8[...]
        let whole = rest.prefix(while: isDigit).count
        rest = rest.dropFirst(whole)
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: isDigit).count
            guard whole + fraction > 0 else { return false }
            rest = rest.dropFirst(1 + fraction)
        } else if whole == 0 {
            return false
        }
        guard let exponent = rest.first else { return true }
        guard exponent == UInt8(ascii: "e") || exponent == UInt8(ascii: "E") else { return false }
        rest = rest.dropFirst()
        if let sign = rest.first, "+-".utf8.contains(sign) { rest = rest.dropFirst() }
        return !rest.isEmpty && rest.allSatisfy(isDigit)
    }
}
