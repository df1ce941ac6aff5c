import RepriseTracking

/// How points lie in a chunk's blob.
///
/// Version 1: a byte 1; the count as a varint; the steps and the times (milliseconds) as second differences; the values as
/// a byte that names the method and what that method writes. Varints are little-endian in groups of seven bits; signed
/// numbers are zigzagged first; a zero is followed by the varint of how many more zeros follow it.
///
///     0 raw      eight bytes a value, little-endian
///     1 decimal  a byte e, then first differences of value · 10^e, where every value is that whole number ÷ 10^e exactly
///     2 xor      a value is exclusive-ored with the one before; a byte (leading zero bytes · 16 + trailing ones), then the rest
enum ChunkFormat {
    /// Points in a full chunk.
    static let size = 1024
    static let version: UInt8 = 1

    enum Method: UInt8 {
        case raw, decimal, xor
    }

    static func encode(_ points: SeriesPoints) -> [UInt8] {
        var writer = ChunkWriter()
        writer.byte(version)
        writer.varint(UInt64(points.count))
        writer.secondDifferences(points.steps)
        writer.secondDifferences(points.times)
        writer.values(points.values)
        return writer.bytes
    }

    /// Decodes one blob into the columns from `start` on. Nil, or how many points there were.
    static func decode(_ blob: UnsafeRawBufferPointer, into points: inout SeriesPoints, at start: Int) -> Int? {
        var reader = ChunkReader(blob)
        guard reader.byte() == version, let number = reader.varint(), number <= UInt64(points.count - start) else {
            return nil
        }
        let range = start..<start + Int(number)
        let isComplete =
            points.steps.withUnsafeMutableBufferPointer { reader.secondDifferences(into: $0, range) }
            && points.times.withUnsafeMutableBufferPointer { reader.secondDifferences(into: $0, range) }
            && points.values.withUnsafeMutableBufferPointer { reader.values(into: $0, range) }
        return isComplete && reader.isAtEnd ? range.count : nil
    }
}

extension SeriesPoints {
    /// Room for that many points, to be decoded into.
    init(roomFor count: Int) {
        self.init(
            steps: Array(repeating: 0, count: count),
            times: Array(repeating: 0, count: count),
            values: Array(repeating: 0, count: count)
        )
    }
}

let decimalPowers: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15]

/// The smallest power of ten that makes whole numbers of all values such that dividing gives back every bit, or nil.
func decimalForm(of values: [Double]) -> (exponent: Int, wholes: [Int64])? {
    var exponent = 0
    for value in values {
        while decimalWhole(value, exponent) == nil {
            exponent += 1
            if exponent == decimalPowers.count { return nil }
        }
    }
    var wholes: [Int64] = []
    wholes.reserveCapacity(values.count)
    for value in values {
        guard let whole = decimalWhole(value, exponent) else { return nil }
        wholes.append(whole)
    }
    return (exponent, wholes)
}

private func decimalWhole(_ value: Double, _ exponent: Int) -> Int64? {
    let power = decimalPowers[exponent]
    let scaled = (value * power).rounded()
    guard abs(scaled) < 9_007_199_254_740_992 else { return nil }
    let whole = Int64(scaled)
    // By way of the whole number, which has no sign of zero.
    return (Double(whole) / power).bitPattern == value.bitPattern ? whole : nil
}
