import RepriseModel

/// Where a page of a search ended: the order's values of its last row.
///
/// The next page begins behind these values rather than behind a count, so that what is added or deleted meanwhile
/// makes nothing come twice or be left out. For its reader it is an opaque text.
struct SearchPageToken: Hashable, Sendable {
    enum Key: Hashable, Sendable {
        case null
        case integer(Int64)
        case number(Double)
        case text(String)
    }

    /// Tells orders apart, so that a token is not taken for another's.
    var order: UInt64
    var keys: [Key]

    init(order: [SearchOrder], keys: [Key]) {
        self.order = Self.mark(of: order)
        self.keys = keys
    }

    /// Reads a token that a page with this order gave.
    init(_ text: String, order: [SearchOrder], keyCount: Int) throws {
        guard let bytes = bytes(hexadecimal: text), let value = try? Value(json: bytes[...]) else {
            throw SearchMistake.plain(
                "Invalid page token, could not base64-decode",
                fix: "use the token as the page before gave it"
            )
        }
        guard let items = value.listValue, items.count == keyCount + 1, let mark = items[0].stringValue else {
            throw SearchMistake.plain("Invalid page token")
        }
        self.order = Self.mark(of: order)
        guard mark == String(self.order, radix: 16) else {
            throw SearchMistake.plain("Invalid page token", fix: "use it with the `order_by` that it was given for")
        }
        keys = try items.dropFirst().map { try Key($0) }
    }

    var text: String {
        hexadecimal(Value.list([.string(String(order, radix: 16))] + keys.map(\.value)).jsonBytes())
    }

    /// FNV-1a, which is the same in every process.
    private static func mark(of order: [SearchOrder]) -> UInt64 {
        let text = order.map { "\($0.entity.rawValue).\($0.key) \($0.isAscending)" }.joined(separator: "\n")
        return text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}

extension SearchPageToken.Key {
    fileprivate init(_ value: Value) throws {
        switch value {
        case .null: self = .null
        case .integer(let integer): self = .integer(integer)
        case .string(let text): self = .text(text)
        case .list(let bits):
            guard bits.count == 1, let pattern = bits[0].integerValue else {
                throw SearchMistake.plain("Invalid page token")
            }
            self = .number(Double(bitPattern: UInt64(bitPattern: pattern)))
        default: throw SearchMistake.plain("Invalid page token")
        }
    }

    /// A number goes as the pattern of its bits, which keeps every value.
    fileprivate var value: Value {
        switch self {
        case .null: .null
        case .integer(let integer): .integer(integer)
        case .number(let number): .list([.integer(Int64(bitPattern: number.bitPattern))])
        case .text(let text): .string(text)
        }
    }
}
