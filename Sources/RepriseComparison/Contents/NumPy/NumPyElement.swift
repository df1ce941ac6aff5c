/// What one element of a NumPy array is: `<f8`, `|b1`, `>i4`, `<c16`, `|S5`, `<U3`, `<M8[ns]`.
struct NumPyElement: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case boolean, signed, unsigned, float, complex
        /// Compared byte by byte: texts, raw bytes.
        case opaque
        /// A count of some unit since 1970, or of time: equal or not, whatever the rule.
        case time(unit: String)
    }

    let kind: Kind
    /// Bytes of one element.
    let size: Int
    let isBigEndian: Bool
    /// The type without its byte order, which is no difference: `f8`.
    let type: String

    /// Takes a type description; nil where it is of no kind that is compared (`O`, records, 80-bit floats).
    init?(_ description: String) {
        guard let order = description.first, "<>|=".contains(order) else { return nil }
        let body = description.dropFirst()
        guard let letter = body.first else { return nil }
        let digits = body.dropFirst().prefix { $0.isASCII && $0.isNumber }
        let unit = String(body.dropFirst(1 + digits.count))
        guard let count = Int(digits), count >= 0, count <= 1 << 24, unit.isEmpty || "mM".contains(letter) else {
            return nil
        }
        switch (letter, count) {
        case ("b", 1): kind = .boolean
        case ("i", 1), ("i", 2), ("i", 4), ("i", 8): kind = .signed
        case ("u", 1), ("u", 2), ("u", 4), ("u", 8): kind = .unsigned
        case ("f", 2), ("f", 4), ("f", 8): kind = .float
        case ("c", 8), ("c", 16): kind = .complex
        case ("m", 8), ("M", 8): kind = .time(unit: unit)
        case ("S", _), ("V", _), ("U", _), ("a", _): kind = .opaque
        default: return nil
        }
        size = letter == "U" ? count * 4 : count
        isBigEndian = order == ">"
        type = String(body)
    }

    /// The number at a place; nil for complex and opaque elements. The caller keeps to the buffer's bounds.
    func number(in buffer: UnsafeRawBufferPointer, at offset: Int) -> Number? {
        switch kind {
        case .boolean: .whole(buffer[offset] == 0 ? 0 : 1)
        case .signed, .time: .whole(signed(buffer, offset))
        case .unsigned: .whole(Int128(bits(buffer, offset, size)))
        case .float: .decimal(float(buffer, offset, size))
        case .complex, .opaque: nil
        }
    }

    /// Both parts of a complex number.
    func parts(in buffer: UnsafeRawBufferPointer, at offset: Int) -> (real: Double, imaginary: Double) {
        (float(buffer, offset, size / 2), float(buffer, offset + size / 2, size / 2))
    }

    private func bits(_ buffer: UnsafeRawBufferPointer, _ offset: Int, _ count: Int) -> UInt64 {
        var bits: UInt64 = 0
        for index in 0..<count {
            bits = bits << 8 | UInt64(buffer[isBigEndian ? offset + index : offset + count - 1 - index])
        }
        return bits
    }

    private func signed(_ buffer: UnsafeRawBufferPointer, _ offset: Int) -> Int128 {
        let shift = UInt64(64 - 8 * size)
        return Int128(Int64(bitPattern: bits(buffer, offset, size) << shift) >> Int64(shift))
    }

    private func float(_ buffer: UnsafeRawBufferPointer, _ offset: Int, _ count: Int) -> Double {
        let bits = bits(buffer, offset, count)
        switch count {
        case 2: return Double(Float16(bitPattern: UInt16(truncatingIfNeeded: bits)))
        case 4: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        default: return Double(bitPattern: bits)
        }
    }
}
