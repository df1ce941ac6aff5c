/// What the first bytes of a `.sif` file tell: for which processors it is made, and how long it must be.
struct SIFHeader: Hashable, Sendable {
    static let length = 128

    /// As Go says it; nil for one that has no name there.
    var architecture: String?
    /// Bytes that the whole file has at least.
    var end: Int64

    /// nil where the bytes begin no such file.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.length, bytes[32..<41].elementsEqual("SIF_MAGIC".utf8) else { return nil }
        let code = String(decoding: bytes[45..<47], as: UTF8.self)
        architecture = Int(code).flatMap { Self.architectures.indices.contains($0) ? Self.architectures[$0] : nil }
        let start = Self.number(bytes[112..<120])
        let size = Self.number(bytes[120..<128])
        guard start >= 0, size >= 0, size <= .max - start else { return nil }
        end = start + size
    }

    /// By their codes in the format.
    private static let architectures: [String?] = [
        nil, "386", "amd64", "arm", "arm64", "ppc64", "ppc64le", "mips", "mipsle", "mips64", "mips64le", "s390x",
        "riscv64",
    ]

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int64 {
        bytes.reversed().reduce(0) { $0 << 8 | Int64($1) }
    }
}
