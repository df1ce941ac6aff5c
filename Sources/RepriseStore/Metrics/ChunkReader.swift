/// Takes a chunk's parts one after another. Damaged bytes end in a failure, never outside the blob.
struct ChunkReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    @inline(__always)
    mutating func byte() -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    @inline(__always)
    mutating func varint() -> UInt64? {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64, let byte = byte() {
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
        return nil
    }

    /// Calls `take` with every difference; false where the bytes do not give `count` of them.
    @inline(__always)
    private mutating func differences(_ count: Int, _ take: (Int, Int64) -> Void) -> Bool {
        var index = 0
        while index < count {
            guard let number = varint() else { return false }
            if number == 0 {
                guard let more = varint(), more < UInt64(count - index) else { return false }
                for _ in 0...more {
                    take(index, 0)
                    index += 1
                }
            } else {
                take(index, Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1))
                index += 1
            }
        }
        return true
    }

    mutating func secondDifferences(into column: UnsafeMutableBufferPointer<Int64>, _ range: Range<Int>) -> Bool {
        var last: Int64 = 0
        var step: Int64 = 0
        return differences(range.count) { index, difference in
            step &+= difference
            last &+= step
            column[range.lowerBound + index] = last
        }
    }

    mutating func values(into column: UnsafeMutableBufferPointer<Double>, _ range: Range<Int>) -> Bool {
        switch byte().flatMap(ChunkFormat.Method.init) {
        case .raw: rawValues(into: column, range)
        case .decimal: decimals(into: column, range)
        case .xor: differingBytes(into: column, range)
        case nil: false
        }
    }

    private mutating func rawValues(into column: UnsafeMutableBufferPointer<Double>, _ range: Range<Int>) -> Bool {
        guard bytes.count - position >= 8 * range.count else { return false }
        for index in range {
            let bits = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            column[index] = Double(bitPattern: UInt64(littleEndian: bits))
            position += 8
        }
        return true
    }

    private mutating func decimals(into column: UnsafeMutableBufferPointer<Double>, _ range: Range<Int>) -> Bool {
        guard let exponent = byte(), Int(exponent) < decimalPowers.count else { return false }
        let power = decimalPowers[Int(exponent)]
        var whole: Int64 = 0
        return differences(range.count) { index, difference in
            whole &+= difference
            column[range.lowerBound + index] = Double(whole) / power
        }
    }

    private mutating func differingBytes(into column: UnsafeMutableBufferPointer<Double>, _ range: Range<Int>) -> Bool {
        var last: UInt64 = 0
        for index in range {
            guard let head = byte() else { return false }
            let leading = Int(head >> 4)
            let trailing = Int(head & 15)
            let count = 8 - leading - trailing
            guard count >= 0, trailing < 8, bytes.count - position >= count else { return false }
            var difference: UInt64 = 0
            for byte in 0..<count { difference |= UInt64(bytes[position + byte]) << UInt64(8 * byte) }
            position += count
            last ^= difference << UInt64(8 * trailing)
            column[index] = Double(bitPattern: last)
        }
        return true
    }
}
