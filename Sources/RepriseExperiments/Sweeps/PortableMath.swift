/// Logarithm and exponential made of additions and multiplications alone, so that every machine computes the same
/// bits. The functions of a C library differ in their last digit from one version to the next.
enum PortableMath {
    private static let logarithmOfTwo = 0.693_147_180_559_945_3

    /// The natural logarithm of a positive finite number, from the series of the inverse hyperbolic tangent.
    static func logarithm(_ number: Double) -> Double {
        var significand = number.significand
        var exponent = Double(number.exponent)
        if significand > 1.414_213_562_373_095_1 {
            significand /= 2
            exponent += 1
        }
        let ratio = (significand - 1) / (significand + 1)
        let square = ratio * ratio
        var sum = 0.0
        for odd in stride(from: 25, through: 1, by: -2) { sum = sum * square + 1 / Double(odd) }
        return exponent * logarithmOfTwo + 2 * ratio * sum
    }

    /// e to the power of a number, by Taylor's series within half a power of two. Infinite where it overflows.
    static func exponential(_ number: Double) -> Double {
        guard number > -745 else { return 0 }
        guard number < 709.7 else { return .infinity }
        let power = (number / logarithmOfTwo).rounded()
        let rest = number - power * logarithmOfTwo
        var sum = 1.0
        for term in stride(from: 20, through: 1, by: -1) { sum = 1 + sum * rest / Double(term) }
        return Double(sign: .plus, exponent: Int(power), significand: sum)
    }
}

/// The nearest number of twelve significant decimal digits: `0.3` instead of `0.30000000000000004`.
func roundedForPeople(_ number: Double) -> Double {
    guard number.isFinite, number != 0 else { return number }
    var exponent = Int((Double(number.exponent) * 0.301_029_995_663_981_2).rounded(.down))
    if let power = Double("1e\(exponent + 1)"), abs(number) >= power { exponent += 1 }
    guard let scale = Double("1e\(11 - exponent)"), scale.isFinite, scale > 0 else { return number }
    let digits = (number * scale).rounded()
    guard abs(digits) < 9e15 else { return number }
    return Double("\(Int64(digits))e\(exponent - 11)") ?? number
}
