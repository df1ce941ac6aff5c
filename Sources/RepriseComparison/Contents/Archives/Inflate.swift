/// Decompresses DEFLATE data (RFC 1951).
///
/// The result is bounded by `limit`, so that a few bytes cannot fill the memory; nil where the data are not DEFLATE, are
/// cut off, or become longer than that.
package func inflate(_ bytes: ArraySlice<UInt8>, limit: Int) -> [UInt8]? {
    var reader = DeflateReader(bytes: bytes, limit: limit)
    return reader.blocks() ? reader.output : nil
}

private struct DeflateReader {
    private let bytes: ArraySlice<UInt8>
    private let limit: Int
    private var position: Int
    private var buffer: UInt64 = 0
    private var buffered = 0
    private(set) var output: [UInt8] = []

    init(bytes: ArraySlice<UInt8>, limit: Int) {
        self.bytes = bytes
        self.limit = limit
        position = bytes.startIndex
        output.reserveCapacity(min(limit, 4 * bytes.count))
    }

    /// Reads block after block; false where the data are not sound.
    mutating func blocks() -> Bool {
        while true {
            guard let isLast = bits(1), let kind = bits(2) else { return false }
            let isSound: Bool
            switch kind {
            case 0: isSound = storedBlock()
            case 1: isSound = codedBlock(.fixedLiterals, .fixedDistances)
            case 2: isSound = dynamicBlock()
            default: return false
            }
            guard isSound else { return false }
            if isLast == 1 { return true }
        }
    }

    private mutating func fill(_ count: Int) {
        while buffered < count, position < bytes.endIndex {
            buffer |= UInt64(bytes[position]) << UInt64(buffered)
            position += 1
            buffered += 8
        }
    }

    /// The next bits, the lowest first; nil at the end of the data. At most 16.
    private mutating func bits(_ count: Int) -> Int? {
        fill(count)
        guard buffered >= count else { return nil }
        let value = Int(buffer & (1 << UInt64(count) - 1))
        buffer >>= UInt64(count)
        buffered -= count
        return value
    }

    private mutating func symbol(_ code: DeflateCode) -> Int? {
        fill(code.longest)
        let entry = code.table[Int(buffer & UInt64(code.table.count - 1))]
        let length = Int(entry & 15)
        guard length > 0, length <= buffered else { return nil }
        buffer >>= UInt64(length)
        buffered -= length
        return Int(entry >> 4)
    }

    private mutating func storedBlock() -> Bool {
        let odd = buffered % 8
        buffer >>= UInt64(odd)
        buffered -= odd
        guard let length = bits(16), let complement = bits(16), length == ~complement & 0xFFFF,
            output.count + length <= limit
        else { return false }
        // Whole bytes may be waiting in the buffer.
        position -= buffered / 8
        (buffer, buffered) = (0, 0)
        guard bytes.endIndex - position >= length else { return false }
        output += bytes[position..<position + length]
        position += length
        return true
    }

    private mutating func codedBlock(_ literals: DeflateCode, _ distances: DeflateCode) -> Bool {
        while let symbol = symbol(literals) {
            switch symbol {
            case 0..<256:
                guard output.count < limit else { return false }
                output.append(UInt8(symbol))
            case 256: return true
            default: guard copy(lengthSymbol: symbol - 257, distances) else { return false }
            }
        }
        return false
    }

    private mutating func copy(lengthSymbol: Int, _ distances: DeflateCode) -> Bool {
        guard lengthSymbol < 29, let lengthBits = bits(deflateLengthBits[lengthSymbol]),
            let distanceSymbol = symbol(distances), distanceSymbol < 30,
            let distanceBits = bits(deflateDistanceBits[distanceSymbol])
        else { return false }
        let length = deflateLengths[lengthSymbol] + lengthBits
        let distance = deflateDistances[distanceSymbol] + distanceBits
        guard distance <= output.count, output.count + length <= limit else { return false }
        // Byte by byte: the copy may reach into what it has just written.
        for _ in 0..<length { output.append(output[output.count - distance]) }
        return true
    }

    private mutating func dynamicBlock() -> Bool {
        guard let moreLiterals = bits(5), let moreDistances = bits(5), let moreLengths = bits(4) else { return false }
        var lengths = [UInt8](repeating: 0, count: 19)
        for index in 0..<moreLengths + 4 {
            guard let length = bits(3) else { return false }
            lengths[deflateLengthOrder[index]] = UInt8(length)
        }
        let (literalCount, distanceCount) = (moreLiterals + 257, moreDistances + 1)
        guard let code = DeflateCode(lengths), let all = codeLengths(code, count: literalCount + distanceCount),
            let literals = DeflateCode(all[..<literalCount]), let distances = DeflateCode(all[literalCount...])
        else { return false }
        return codedBlock(literals, distances)
    }

    private mutating func codeLengths(_ code: DeflateCode, count: Int) -> [UInt8]? {
        var lengths: [UInt8] = []
        while lengths.count < count {
            guard let symbol = symbol(code) else { return nil }
            switch symbol {
            case 0...15: lengths.append(UInt8(symbol))
            case 16:
                guard let last = lengths.last, let more = bits(2) else { return nil }
                lengths += repeatElement(last, count: 3 + more)
            case 17:
                guard let more = bits(3) else { return nil }
                lengths += repeatElement(0, count: 3 + more)
            default:
                guard let more = bits(7) else { return nil }
                lengths += repeatElement(0, count: 11 + more)
            }
        }
        return lengths.count == count ? lengths : nil
    }
}
