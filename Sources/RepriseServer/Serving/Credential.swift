import HTTPTypes

/// The token that a request shows, as `Authorization: Bearer` or as the password of HTTP basic authentication.
struct Credential: Sendable {
    private let shown: [UInt8]

    init(of request: HTTPRequest) {
        let header = request.headerFields[.authorization] ?? ""
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else {
            shown = []
            return
        }
        switch parts[0].lowercased() {
        case "bearer": shown = Array(parts[1].utf8)
        case "basic":
            let pair = base64Decoded(parts[1].utf8) ?? []
            shown = pair.firstIndex(of: UInt8(ascii: ":")).map { Array(pair[($0 + 1)...]) } ?? []
        default: shown = []
        }
    }

    /// Takes equally long however many bytes are right, so that a token cannot be guessed byte by byte.
    func matches(_ token: [UInt8]) -> Bool {
        var difference: UInt8 = shown.count == token.count && !token.isEmpty ? 0 : 1
        for (index, byte) in token.enumerated() { difference |= byte ^ (index < shown.count ? shown[index] : 0) }
        return difference == 0
    }
}

/// Base 64 of RFC 4648 §4; nil where the text is none.
private func base64Decoded(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for character in text where character != UInt8(ascii: "=") {
        guard let value = sixBits(character) else { return nil }
        bits = bits << 6 | value
        count += 6
        if count >= 8 {
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
    }
    return bytes
}

private func sixBits(_ character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a") + 26)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0") + 52)
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
}
