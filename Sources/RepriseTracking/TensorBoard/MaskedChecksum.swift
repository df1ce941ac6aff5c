/// The checksum of TFRecord framing: CRC-32C (RFC 3720, appendix B.4), rotated and shifted, so that the checksum of data that
/// hold checksums stays a good one (`tensorflow/core/lib/hash/crc32c.h`).
struct MaskedChecksum: Sendable {
    static let standard = MaskedChecksum()

    /// Eight tables of 256 entries: table n moves a byte n bytes on.
    private let tables: [UInt32]

    private init() {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for index in 0..<256 {
            var remainder = UInt32(index)
            for _ in 0..<8 { remainder = remainder & 1 == 0 ? remainder >> 1 : remainder >> 1 ^ 0x82F6_3B78 }
            tables[index] = remainder
        }
        for index in 256..<tables.count {
            let before = tables[index - 256]
            tables[index] = before >> 8 ^ tables[Int(before & 0xFF)]
        }
        self.tables = tables
    }

    func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        let plain = tables.withUnsafeBufferPointer { ~remainder(of: bytes, $0) }
        return (plain >> 15 | plain << 17) &+ 0xA282_EAD8
    }

    private func remainder(of bytes: UnsafeRawBufferPointer, _ tables: UnsafeBufferPointer<UInt32>) -> UInt32 {
        var remainder = UInt32.max
        var place = 0
        while bytes.count - place >= 8 {
            let word =
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)) ^ UInt64(remainder)
            remainder = 0
            for index in 0..<8 { remainder ^= tables[(7 - index) * 256 + Int(word >> UInt64(8 * index) & 0xFF)] }
            place += 8
        }
        while place < bytes.count {
            remainder = remainder >> 8 ^ tables[Int((remainder ^ UInt32(bytes[place])) & 0xFF)]
            place += 1
        }
        return remainder
    }
}
