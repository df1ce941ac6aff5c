import Foundation

/// Numbers as charts and tables show them, the same on every machine and in every locale.
package enum NumberText {
    /// At most `digits` significant digits, without trailing zeros: `0.3125`, `12500`, `1.5e-7`.
    package static func short(_ value: Double, digits: Int = 4) -> String {
        if let word = word(value) { return word }
        guard value != 0 else { return "0" }
        let rounded = rounded(value, digits: digits)
        let exponent = exponent(rounded)
        if exponent < -4 || exponent >= max(digits + 2, 7) {
            let mantissa = scaled(rounded, by: -exponent)
            return "\(trimmed(fixed(mantissa, decimals: digits - 1)))e\(exponent)"
        }
        return trimmed(fixed(rounded, decimals: max(0, digits - 1 - exponent)))
    }

    /// Exactly `decimals` digits after the point.
    package static func fixed(_ value: Double, decimals: Int) -> String {
        if let word = word(value) { return word }
        let scaled = (abs(value) * pow(10, Double(decimals))).rounded()
        guard scaled < 9e15 else { return "\(value)" }
        var digits = String(Int64(scaled))
        if decimals > 0 {
            digits = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -decimals))
        }
        return value < 0 && scaled > 0 ? "-" + digits : digits
    }

    /// The power of ten of the first significant digit. The value is finite and not 0.
    static func exponent(_ value: Double) -> Int {
        let guess = Int(log10(abs(value)).rounded(.down))
        // The logarithm of 1000 may come out a hair below 3.
        return abs(value) >= pow(10, Double(guess + 1)) ? guess + 1 : guess
    }

    private static func word(_ value: Double) -> String? {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        return nil
    }

    private static func rounded(_ value: Double, digits: Int) -> Double {
        let shift = digits - 1 - exponent(value)
        guard abs(shift) < 300 else { return value }
        let scaled = scaled(value, by: shift).rounded()
        return self.scaled(scaled, by: -shift)
    }

    /// Dividing by a whole power of ten is exact where multiplying by its inverse is not.
    private static func scaled(_ value: Double, by power: Int) -> Double {
        // No power of ten beyond 308 is a number.
        if power > 300 { return value * 1e300 * pow(10, Double(power - 300)) }
        return power >= 0 ? value * pow(10, Double(power)) : value / pow(10, Double(-power))
    }

    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = text
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text == "-0" ? "0" : text
    }
}
