/// The one number in a `TensorProto` (`tensorflow/core/framework/tensor.proto`); nil for a tensor of any other size or kind.
struct ScalarTensor {
    private var type: UInt64 = 0
    private var elements: UInt64 = 1
    private var content: UnsafeRawBufferPointer?
    private var value: Double?

    static func value(in message: UnsafeRawBufferPointer) -> Double? {
        var tensor = ScalarTensor()
        var reader = WireReader(message)
        while let field = reader.next() { tensor.take(field) }
        guard !reader.isDamaged, tensor.elements == 1 else { return nil }
        return tensor.number
    }

    private mutating func take(_ field: WireReader.Field) {
        switch (field.number, field.content) {
        case (1, .varint(let number)): type = number
        case (2, .bytes(let shape)): elements = Self.elements(of: shape)
        case (4, .bytes(let bytes)): content = bytes
        case (5, .fixed32(let bits)): value = Double(Float(bitPattern: bits))
        case (5, .bytes(let bytes)): value = bytes.first(UInt32.self).map { Double(Float(bitPattern: $0)) }
        case (6, .fixed64(let bits)): value = Double(bitPattern: bits)
        case (6, .bytes(let bytes)): value = bytes.first(UInt64.self).map(Double.init(bitPattern:))
        case (7, .varint(let bits)), (10, .varint(let bits)), (11, .varint(let bits)):
            value = Double(Int64(bitPattern: bits))
        case (7, .bytes(let bytes)), (10, .bytes(let bytes)), (11, .bytes(let bytes)):
            value = packed(bytes).map { Double(Int64(bitPattern: $0)) }
        case (13, .varint(let bits)): value = short(bits)
        case (13, .bytes(let bytes)): value = packed(bytes).flatMap(short)
        case (16, .varint(let bits)), (17, .varint(let bits)): value = Double(bits)
        case (16, .bytes(let bytes)), (17, .bytes(let bytes)): value = packed(bytes).map(Double.init)
        default: break
        }
    }

    /// Small tensors may stand as bytes or as numbers.
    private var number: Double? {
        guard let content, !content.isEmpty else { return value }
        switch type {
        case 1: return content.only(UInt32.self).map { Double(Float(bitPattern: $0)) }
        case 2: return content.only(UInt64.self).map(Double.init(bitPattern:))
        case 3: return content.only(Int32.self).map(Double.init)
        case 4, 10: return content.only(UInt8.self).map(Double.init)
        case 5: return content.only(Int16.self).map(Double.init)
        case 6: return content.only(Int8.self).map(Double.init)
        case 9: return content.only(Int64.self).map(Double.init)
        case 14, 19: return content.only(UInt16.self).flatMap { short(UInt64($0)) }
        case 17: return content.only(UInt16.self).map(Double.init)
        case 22: return content.only(UInt32.self).map(Double.init)
        case 23: return content.only(UInt64.self).map(Double.init)
        default: return nil
        }
    }

    /// A number of 16 bits: `bfloat16`, or IEEE half precision.
    private func short(_ bits: UInt64) -> Double? {
        guard let bits = UInt16(exactly: bits) else { return nil }
        if type == 14 { return Double(Float(bitPattern: UInt32(bits) << 16)) }
        let fraction = Double(bits & 0x3FF)
        let sign: Double = bits >> 15 == 0 ? 1 : -1
        switch bits >> 10 & 0x1F {
        case 0: return sign * fraction * 0x1p-24
        case 0x1F: return fraction == 0 ? sign * .infinity : .nan
        case let exponent:
            return sign * (1024 + fraction) * Double(sign: .plus, exponent: Int(exponent) - 25, significand: 1)
        }
    }

    private func packed(_ bytes: UnsafeRawBufferPointer) -> UInt64? {
        var reader = WireReader(bytes)
        return bytes.isEmpty ? nil : reader.varint()
    }

    /// How many numbers a `TensorShapeProto` says there are; 0 where it does not know.
    private static func elements(of shape: UnsafeRawBufferPointer) -> UInt64 {
        var elements: UInt64 = 1
        var reader = WireReader(shape)
        while let field = reader.next() {
            switch (field.number, field.content) {
            case (2, .bytes(let dimension)):
                elements = elements.multipliedReportingOverflow(by: size(of: dimension)).partialValue
            case (3, .varint(let isUnknown)) where isUnknown != 0: return 0
            default: break
            }
        }
        return reader.isDamaged ? 0 : elements
    }

    private static func size(of dimension: UnsafeRawBufferPointer) -> UInt64 {
        var reader = WireReader(dimension)
        while let field = reader.next() {
            if field.number == 1, case .varint(let size) = field.content { return size }
        }
        return 0
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func first<Word: FixedWidthInteger & BitwiseCopyable>(_: Word.Type) -> Word? {
        count >= MemoryLayout<Word>.size ? Word(littleEndian: loadUnaligned(as: Word.self)) : nil
    }

    fileprivate func only<Word: FixedWidthInteger & BitwiseCopyable>(_ type: Word.Type) -> Word? {
        count == MemoryLayout<Word>.size ? first(type) : nil
    }
}
