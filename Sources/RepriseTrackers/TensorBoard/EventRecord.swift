/// One record of an event file: its length, the data, and a masked CRC-32C after each.
func eventRecord(_ data: [UInt8]) -> [UInt8] {
    let length = withUnsafeBytes(of: UInt64(data.count).littleEndian) { Array($0) }
    return length + maskedChecksum(length) + data + maskedChecksum(data)
}

private func maskedChecksum(_ bytes: [UInt8]) -> [UInt8] {
    let sum = castagnoli(bytes)
    let masked = (sum >> 15 | sum << 17) &+ 0xA282_EAD8
    return withUnsafeBytes(of: masked.littleEndian) { Array($0) }
}

/// CRC-32C, the polynomial 0x1EDC6F41 with its bits reversed.
func castagnoli(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in bytes { sum = castagnoliTable[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ sum >> 8 }
    return ~sum
}

private let castagnoliTable: [UInt32] = (0..<256)
    .map { index in
        (0..<8).reduce(UInt32(index)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0x82F6_3B78 : sum >> 1 }
    }
