/// A SHA-256 digest (FIPS 180-4) of some content, written as 64 hexadecimal digits.
public struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible, Codable {
    public let description: String

    /// Takes 64 lower-case hexadecimal digits; anything else is nil.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 64, isHexadecimal(text) else { return nil }
        description = String(text)
    }

    /// Takes the 32 bytes that a hash function made.
    package init(octets: some Sequence<UInt8>) { description = hexadecimal(octets) }

    /// The first twelve digits, for tables.
    public var short: String { String(description.prefix(12)) }

    public static func < (left: Digest, right: Digest) -> Bool { left.description < right.description }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let digest = Digest(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "`\(text)` is no SHA-256 digest")
            )
        }
        self = digest
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
