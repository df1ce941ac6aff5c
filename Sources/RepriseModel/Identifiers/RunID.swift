/// The name of one run: 128 random bits, written as 32 hexadecimal digits. Any unique prefix finds the run.
public struct RunID: Hashable, Sendable, Comparable, CustomStringConvertible, Codable {
    public let description: String

    /// Takes 32 lower-case hexadecimal digits; anything else is nil.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 32, isHexadecimal(text) else { return nil }
        description = String(text)
    }

    /// Draws a new one.
    public init(using generator: inout some RandomNumberGenerator) {
        let high: UInt64 = generator.next()
        let low: UInt64 = generator.next()
        let octets = [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
        description = hexadecimal(octets)
    }

    /// The first eight digits, for tables.
    public var short: String { String(description.prefix(8)) }

    public static func < (left: RunID, right: RunID) -> Bool { left.description < right.description }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = RunID(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "`\(text)` is no run id")
            )
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
