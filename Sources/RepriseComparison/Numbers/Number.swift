/// A number as a file or a series holds it. Whole numbers stay exact, so that 2⁵³ and 2⁵³ + 1 are two numbers.
package enum Number: Hashable, Sendable {
    case whole(Int128)
    case decimal(Double)

    package var double: Double {
        switch self {
        case .whole(let number): Double(number)
        case .decimal(let number): number
        }
    }

    /// The distance to another number: 0 for the same number, for NaN from NaN and for an infinity from itself;
    /// infinite between a number and NaN.
    package func distance(to other: Number) -> Double {
        if case .whole(let left) = self, case .whole(let right) = other {
            let (difference, overflow) = left.subtractingReportingOverflow(right)
            return overflow ? .infinity : Double(difference.magnitude)
        }
        let (left, right) = (double, other.double)
        if left == right || left.isNaN && right.isNaN { return 0 }
        let distance = (left - right).magnitude
        return distance.isNaN ? .infinity : distance
    }

    package var text: String {
        switch self {
        case .whole(let number): "\(number)"
        case .decimal(let number): "\(number)"
        }
    }
}

extension Number {
    /// Reads a number as programs print it: `12`, `-0.5`, `1e-4`, `.5`, `5.`, `nan`, `Infinity`, `-inf`. Nothing else:
    /// neither hexadecimal digits nor blanks around it.
    package init?(text bytes: ArraySlice<UInt8>) {
        var digits = bytes
        let sign = digits.first == UInt8(ascii: "-") ? -1.0 : 1.0
        if digits.first == UInt8(ascii: "-") || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
        guard let first = digits.first, digits.count <= 400 else { return nil }
        if first.isLetter {
            switch String(decoding: digits, as: UTF8.self).lowercased() {
            case "nan": self = .decimal(.nan)
            case "inf", "infinity": self = .decimal(sign * .infinity)
            default: return nil
            }
            return
        }
        guard let isWhole = Number.isWhole(digits) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        if isWhole, let number = Int128(text) {
            self = .whole(number)
        } else if let number = Double(text) {
            self = .decimal(number)
        } else {
            return nil
        }
    }

    /// Whether the text is digits alone; nil where it is no number at all.
    private static func isWhole(_ text: ArraySlice<UInt8>) -> Bool? {
        var position = text.startIndex
        func run() -> Int {
            let start = position
            while position < text.endIndex, text[position].isDigit { position += 1 }
            return position - start
        }
        var mantissa = run()
        if position == text.endIndex { return mantissa > 0 ? true : nil }
        if text[position] == UInt8(ascii: ".") {
            position += 1
            mantissa += run()
        }
        guard mantissa > 0 else { return nil }
        guard position < text.endIndex else { return false }
        guard text[position] | 0x20 == UInt8(ascii: "e") else { return nil }
        position += 1
        if position < text.endIndex, text[position] == UInt8(ascii: "-") || text[position] == UInt8(ascii: "+") {
            position += 1
        }
        return run() > 0 && position == text.endIndex ? false : nil
    }
}

extension UInt8 {
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    var isLetter: Bool { self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z") }
}
