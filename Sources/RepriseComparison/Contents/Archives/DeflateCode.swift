/// A prefix code of DEFLATE (RFC 1951, 3.2.2) as one table: the next bits lead to symbol and length at once.
struct DeflateCode {
    /// `symbol << 4 | length`; 0 where no code begins so.
    let table: [UInt16]
    /// Bits of the longest code, at least 1.
    let longest: Int

    /// Takes the length of each symbol's code, 0 for a symbol that has none; nil where more codes are asked for than
    /// there are.
    init?(_ lengths: some Collection<UInt8>) {
        var counts = [Int](repeating: 0, count: 16)
        for length in lengths where length > 0 {
            guard length <= 15 else { return nil }
            counts[Int(length)] += 1
        }
        longest = max(1, counts.lastIndex { $0 > 0 } ?? 1)
        var next = [Int](repeating: 0, count: 16)
        var code = 0
        for length in 1...15 {
            code = (code + counts[length - 1]) << 1
            guard code + counts[length] <= 1 << length else { return nil }
            next[length] = code
        }
        var table = [UInt16](repeating: 0, count: 1 << longest)
        for (symbol, length) in lengths.enumerated() where length > 0 {
            let size = Int(length)
            let start = reversed(next[size], bits: size)
            next[size] += 1
            for place in stride(from: start, to: table.count, by: 1 << size) {
                table[place] = UInt16(symbol) << 4 | UInt16(length)
            }
        }
        self.table = table
    }

    private init(unchecked lengths: [UInt8]) {
        self = DeflateCode(lengths) ?? DeflateCode(empty: ())
    }

    private init(empty: Void) {
        table = [0, 0]
        longest = 1
    }

    static let fixedLiterals = DeflateCode(
        unchecked: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
    )
    static let fixedDistances = DeflateCode(unchecked: [UInt8](repeating: 5, count: 30))
}

/// The lowest bits in the opposite order: DEFLATE packs its codes from the highest bit on.
private func reversed(_ code: Int, bits: Int) -> Int {
    (0..<bits).reduce(0) { $0 << 1 | code >> $1 & 1 }
}

// RFC 1951, 3.2.5 and 3.2.7.
let deflateLengths = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
]
let deflateLengthBits = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]
let deflateDistances = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
    8193, 12_289, 16_385, 24_577,
]
let deflateDistanceBits = [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
]
let deflateLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
