/// Reads the fields of one protobuf message (protobuf.dev/programming-guides/encoding), without copying anything.
struct WireReader {
    enum Content {
        /// A whole number, as its bits; what is signed is two's complement.
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        /// A text, bytes, a message, or packed numbers.
        case bytes(UnsafeRawBufferPointer)
    }

    struct Field {
        var number: UInt64
        var content: Content
    }

    /// Something stood there that is no field; nothing after it was read.
    private(set) var isDamaged = false
    private let bytes: UnsafeRawBufferPointer
    private var place = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The next field; nil at the end, and where the message is damaged. Groups, which nobody writes, count as damage.
    @inline(__always)
    mutating func next() -> Field? {
        guard place < bytes.count, let key = varint() else { return nil }
        switch key & 7 {
        case 0: return varint().map { Field(number: key >> 3, content: .varint($0)) }
        case 1: return fixed(UInt64.self).map { Field(number: key >> 3, content: .fixed64(UInt64(littleEndian: $0))) }
        case 2: return piece().map { Field(number: key >> 3, content: .bytes($0)) }
        case 5: return fixed(UInt32.self).map { Field(number: key >> 3, content: .fixed32(UInt32(littleEndian: $0))) }
        default: return damaged()
        }
    }

    /// The next number of packed varints.
    @inline(__always)
    mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while place < bytes.count, shift < 64 {
            let byte = bytes[place]
            place += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return damaged()
    }

    @inline(__always)
    private mutating func fixed<Word: FixedWidthInteger & BitwiseCopyable>(_: Word.Type) -> Word? {
        guard bytes.count - place >= MemoryLayout<Word>.size else { return damaged() }
        defer { place += MemoryLayout<Word>.size }
        return bytes.loadUnaligned(fromByteOffset: place, as: Word.self)
    }

    @inline(__always)
    private mutating func piece() -> UnsafeRawBufferPointer? {
        guard let length = varint() else { return nil }
        guard length <= UInt64(bytes.count - place) else { return damaged() }
        defer { place += Int(length) }
        return UnsafeRawBufferPointer(rebasing: bytes[place..<place + Int(length)])
    }

    private mutating func damaged<Result>() -> Result? {
        isDamaged = true
        place = bytes.count
        return nil
    }
}
