import RepriseTracking

/// Puts a chunk's parts one after another. The parts are described at `ChunkFormat`.
struct ChunkWriter {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ byte: UInt8) { bytes.append(byte) }

    mutating func varint(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func secondDifferences(_ numbers: [Int64]) {
        var last: Int64 = 0
        var difference: Int64 = 0
        var zeros = ZeroRun()
        for number in numbers {
            let step = number &- last
            write(step &- difference, &zeros)
            (last, difference) = (number, step)
        }
        end(&zeros)
    }

    private mutating func firstDifferences(_ numbers: [Int64]) {
        var last: Int64 = 0
        var zeros = ZeroRun()
        for number in numbers {
            write(number &- last, &zeros)
            last = number
        }
        end(&zeros)
    }

    mutating func values(_ values: [Double]) {
        var best = ChunkWriter()
        if let decimal = decimalForm(of: values) {
            best.byte(ChunkFormat.Method.decimal.rawValue)
            best.byte(UInt8(decimal.exponent))
            best.firstDifferences(decimal.wholes)
        } else {
            best.byte(ChunkFormat.Method.xor.rawValue)
            best.differingBytes(values)
        }
        if best.bytes.count > 8 * values.count {
            best = ChunkWriter()
            best.byte(ChunkFormat.Method.raw.rawValue)
            for value in values { best.low(8, of: value.bitPattern) }
        }
        bytes += best.bytes
    }

    private mutating func differingBytes(_ values: [Double]) {
        var last: UInt64 = 0
        for value in values {
            let difference = value.bitPattern ^ last
            last = value.bitPattern
            let leading = difference.leadingZeroBitCount / 8
            let trailing = difference == 0 ? 0 : difference.trailingZeroBitCount / 8
            byte(UInt8(leading << 4 | trailing))
            low(8 - leading - trailing, of: difference >> UInt64(8 * trailing))
        }
    }

    private mutating func low(_ count: Int, of bits: UInt64) {
        for position in 0..<count { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * position))) }
    }

    private struct ZeroRun { var length: UInt64 = 0 }

    private mutating func write(_ number: Int64, _ zeros: inout ZeroRun) {
        if number == 0 {
            zeros.length += 1
        } else {
            end(&zeros)
            varint(UInt64(bitPattern: (number << 1) ^ (number >> 63)))
        }
    }

    private mutating func end(_ zeros: inout ZeroRun) {
        guard zeros.length > 0 else { return }
        byte(0)
        varint(zeros.length - 1)
        zeros.length = 0
    }
}
