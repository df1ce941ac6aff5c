/// The forms in which a secret travels: bare, in base64, in URLs and in JSON.
enum SecretForms {
    static func all(of secret: [UInt8]) -> Set<[UInt8]> {
        var forms: Set = [secret, json(secret)]
        for digits in ["0123456789ABCDEF", "0123456789abcdef"] {
            let encoded = percentEncoded(secret, digits: Array(digits.utf8))
            forms.insert(encoded)
            forms.insert(encoded.replacing(Array("%20".utf8), with: Array("+".utf8)))
        }
        for alphabet in [standard, urlSafe] {
            let encoded = base64(secret, alphabet: alphabet)
            forms.insert(encoded)
            forms.insert(Array(encoded.prefix { $0 != UInt8(ascii: "=") }))
            if secret.count >= 8 { forms.formUnion(embedded(secret, alphabet: alphabet)) }
        }
        return forms
    }

    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static func base64(_ bytes: [UInt8], alphabet: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for offset in 0..<3 { bits = bits << 8 | UInt32(offset < group.count ? group[start + offset] : 0) }
            for digit in 0..<4 {
                let isPadding = digit > group.count
                text.append(isPadding ? UInt8(ascii: "=") : alphabet[Int(bits >> (18 - 6 * UInt32(digit)) & 63)])
            }
        }
        return text
    }

    /// What of the encoding does not depend on the text before and after, as in `base64("user:" + secret)`.
    private static func embedded(_ secret: [UInt8], alphabet: [UInt8]) -> [[UInt8]] {
        (0..<3)
            .map { offset in
                let padded = [UInt8](repeating: 0, count: offset) + secret
                let whole = base64(padded, alphabet: alphabet)
                let begin = (offset * 8 + 5) / 6
                return Array(whole[begin..<padded.count * 8 / 6])
            }
    }

    private static func percentEncoded(_ bytes: [UInt8], digits: [UInt8]) -> [UInt8] {
        bytes.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                [byte]
            case _ where "-._~".utf8.contains(byte): [byte]
            default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }

    private static func json(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): Array(#"\n"#.utf8)
            case UInt8(ascii: "\t"): Array(#"\t"#.utf8)
            default: [byte]
            }
        }
    }
}
