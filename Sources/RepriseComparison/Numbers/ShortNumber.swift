/// A distance as people read it: at most three significant digits, `1e-4` and `0.05` and `1.23e5`.
func shortNumber(_ number: Double) -> String {
    guard number.isFinite else { return number.isNaN ? "undefined" : "infinite" }
    guard number != 0 else { return "0" }
    var exponent = 0
    var mantissa = number.magnitude
    while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    var digits = Int((mantissa * 100).rounded())
    if digits >= 1000 { (digits, exponent) = (digits / 10, exponent + 1) }
    let sign = number < 0 ? "-" : ""
    var text = String(digits)
    while text.count > 1, text.hasSuffix("0") { text.removeLast() }
    return sign + placed(text, exponent: exponent)
}

/// Puts the point into digits whose first stands for 10^exponent.
private func placed(_ digits: String, exponent: Int) -> String {
    switch exponent {
    case 0...3:
        let padded = digits + String(repeating: "0", count: max(0, exponent + 1 - digits.count))
        let whole = padded.prefix(exponent + 1)
        let rest = padded.dropFirst(exponent + 1)
        return rest.isEmpty ? String(whole) : "\(whole).\(rest)"
    case -3..<0: return "0." + String(repeating: "0", count: -exponent - 1) + digits
    default:
        return digits.count == 1 ? "\(digits)e\(exponent)" : "\(digits.prefix(1)).\(digits.dropFirst())e\(exponent)"
    }
}
