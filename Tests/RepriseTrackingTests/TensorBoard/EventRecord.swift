/// Event files as tests write them.
enum EventRecord {
    static func bytes(_ message: [UInt8]) -> [UInt8] {
        let length = word(UInt64(message.count))
        return length + word(checksum(length)) + message + word(checksum(message))
    }

    /// A record whose content nobody reads, so that its checksum does not matter.
    static func long(_ count: Int) -> [UInt8] {
        let length = word(UInt64(count))
        return length + word(checksum(length)) + [UInt8](repeating: 7, count: count + 4)
    }

    static func scalar(_ tag: String, _ value: Float, step: UInt8) -> [UInt8] {
        let inner = [0x0A, UInt8(tag.utf8.count)] + Array(tag.utf8) + [0x15] + word(value.bitPattern)
        let summary = [0x0A, UInt8(inner.count)] + inner
        return [0x09] + word(Double(1_700_000_000).bitPattern) + [0x10, step, 0x2A, UInt8(summary.count)] + summary
    }

    static func messages(in file: [UInt8]) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        var place = 0
        while place < file.count {
            let length = file[place..<place + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
            messages.append(Array(file[place + 12..<place + 12 + length]))
            place += length + 16
        }
        return messages
    }

    /// CRC-32C bit by bit, masked.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var remainder = UInt32.max
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 0 ? 0 : 0x82F6_3B78) }
        }
        let plain = ~remainder
        return (plain >> 15 | plain << 17) &+ 0xA282_EAD8
    }

    private static func word<Word: FixedWidthInteger>(_ value: Word) -> [UInt8] {
        (0..<Word.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Word($0 * 8)) }
    }
}
