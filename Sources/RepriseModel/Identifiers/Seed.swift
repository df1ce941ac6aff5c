/// A 63-bit seed, and the rule by which seeds come from seeds.
///
/// A child seed depends on its parent and its number alone, never on the order in which anything starts. The rule is
/// the output function of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) over parent and number.
public struct Seed: Hashable, Sendable, Codable, CustomStringConvertible {
    /// From 0 to 2⁶³ − 1.
    public let value: Int64

    /// Takes the lower 63 bits.
    public init(_ bits: UInt64) { value = Int64(bits & 0x7FFF_FFFF_FFFF_FFFF) }

    /// Takes a whole number from 0 up; a negative one is nil.
    public init?(exactly number: Int64) {
        guard number >= 0 else { return nil }
        value = number
    }

    /// The seed of child `number`: a variant, a repeat, a step or a split.
    public func child(_ number: Int) -> Seed {
        let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
        var bits = UInt64(bitPattern: value) &+ golden &* (UInt64(bitPattern: Int64(number)) &+ 1)
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return Seed(bits ^ (bits >> 31))
    }

    public var description: String { String(value) }

    public init(from decoder: any Decoder) throws {
        let number = try decoder.singleValueContainer().decode(Int64.self)
        guard let seed = Seed(exactly: number) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "`\(number)` is no seed: it is negative")
            )
        }
        self = seed
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}
