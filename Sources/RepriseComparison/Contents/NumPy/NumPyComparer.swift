import RepriseModel

/// NumPy arrays: type and shape are to be equal, numbers within the rule, by index. Byte order and the order of the
/// axes in memory do not count. A complex number is as far from another as their difference is long.
struct NumPyComparer: ContentComparer {
    let name = "NumPy"
    let suffixes = [".npy"]

    func recognises(_ head: ArraySlice<UInt8>) -> Bool { head.starts(with: NumPyArray.magic) }

    func compare(_ left: [UInt8], _ right: [UInt8], rule: NumberRule) throws(ContentError) -> ContentResult {
        var meter = NumberMeter(rule: rule)
        let one = try NumPyArray(left[...], side: .left)
        let other = try NumPyArray(right[...], side: .right)
        if let spot = spotWhereTheyPart(one, other, name: "", &meter) { return .differs(spot) }
        return .same(largest: meter.largestAbsolute)
    }
}

/// The first difference of two arrays in C order; `name` stands before the index.
func spotWhereTheyPart(_ left: NumPyArray, _ right: NumPyArray, name: String, _ meter: inout NumberMeter) -> Spot? {
    let before = name.isEmpty ? "" : "\(name): "
    if left.element.type != right.element.type {
        return Spot(place: before + "type", left: left.element.type, right: right.element.type)
    }
    if left.shape != right.shape {
        return Spot(place: before + "shape", left: tuple(left.shape), right: tuple(right.shape))
    }
    let isSameLayout =
        left.element == right.element && (left.isFortranOrder == right.isFortranOrder || left.shape.count < 2)
    if isSameLayout, left.bytes == right.bytes { return nil }
    return left.bytes.withUnsafeBytes { one in
        right.bytes.withUnsafeBytes { other in
            for number in 0..<left.count {
                let (start, end) = (left.offset(number), right.offset(number))
                let pair = ElementPair(left: left, right: right, one: one, other: other, start: start, end: end)
                if let spot = pair.spot(&meter, place: { name + "\(left.indices(number))" }) { return spot }
            }
            return nil
        }
    }
}

private func tuple(_ shape: [Int]) -> String { "(\(shape.map(String.init).joined(separator: ", ")))" }

/// The elements of two arrays at one index.
private struct ElementPair {
    let left: NumPyArray
    let right: NumPyArray
    let one: UnsafeRawBufferPointer
    let other: UnsafeRawBufferPointer
    /// Offsets in the one and in the other.
    let start: Int
    let end: Int

    /// What parts them under the meter's rule.
    func spot(_ meter: inout NumberMeter, place: () -> String) -> Spot? {
        let size = left.element.size
        if left.element.isBigEndian == right.element.isBigEndian || size == 1,
            (0..<size).allSatisfy({ one[start + $0] == other[end + $0] })
        {
            return nil
        }
        switch left.element.kind {
        case .complex: return complexSpot(&meter, place: place)
        case .opaque: return opaqueSpot(place: place)
        default: break
        }
        guard let leftNumber = left.element.number(in: one, at: start),
            let rightNumber = right.element.number(in: other, at: end)
        else { return nil }
        if case .time = left.element.kind {
            return leftNumber == rightNumber ? nil : meter.spot(place(), leftNumber, rightNumber)
        }
        return meter.forgives(leftNumber, rightNumber) ? nil : meter.spot(place(), leftNumber, rightNumber)
    }

    private func complexSpot(_ meter: inout NumberMeter, place: () -> String) -> Spot? {
        let (l, r) = (left.element.parts(in: one, at: start), right.element.parts(in: other, at: end))
        if isSame(l.real, r.real), isSame(l.imaginary, r.imaginary) { return nil }
        let size = length(l.real, l.imaginary)
        let distance = length(l.real - r.real, l.imaginary - r.imaginary)
        if meter.forgives(distance: distance.isNaN ? .infinity : distance, from: size) { return nil }
        return Spot(
            place: place(),
            left: complexText(l),
            right: complexText(r),
            difference: distance.isNaN ? .infinity : distance,
            allowed: meter.rule.allowed(from: .decimal(size))
        )
    }

    private func isSame(_ left: Double, _ right: Double) -> Bool { left == right || left.isNaN && right.isNaN }

    private func length(_ real: Double, _ imaginary: Double) -> Double {
        let largest = max(real.magnitude, imaginary.magnitude)
        guard largest > 0, largest.isFinite else { return largest + real.magnitude + imaginary.magnitude }
        let (a, b) = (real / largest, imaginary / largest)
        return largest * (a * a + b * b).squareRoot()
    }

    private func complexText(_ number: (real: Double, imaginary: Double)) -> String {
        let sign = number.imaginary.sign == .minus ? "" : "+"
        return "\(number.real)\(sign)\(number.imaginary)i"
    }

    private func opaqueSpot(place: () -> String) -> Spot? {
        let leftBytes = Array(one[start..<start + left.element.size])
        let rightBytes = Array(other[end..<end + right.element.size])
        let isText = left.element.type.hasPrefix("U")
        let leftText = isText ? text(leftBytes, left.element) : excerpt(leftBytes.prefix { $0 != 0 })
        let rightText = isText ? text(rightBytes, right.element) : excerpt(rightBytes.prefix { $0 != 0 })
        if isText, leftText == rightText, left.element.isBigEndian != right.element.isBigEndian { return nil }
        return Spot(place: place(), left: leftText, right: rightText)
    }

    /// A text of UTF-32 units, padded with zeros.
    private func text(_ bytes: [UInt8], _ element: NumPyElement) -> String {
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 4) {
            let unit = bytes[start..<start + 4]
            let code = (element.isBigEndian ? Array(unit) : unit.reversed()).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            if code == 0 { break }
            text.unicodeScalars.append(Unicode.Scalar(code) ?? "\u{FFFD}")
        }
        return text
    }
}
