/// Lower-case hexadecimal text of the bytes.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}

/// The bytes that lower-case hexadecimal text stands for, or nil where it is none.
package func bytes(hexadecimal text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in text.utf8 {
        let digit: UInt8
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
        default: return nil
        }
        if let first = high {
            bytes.append(first << 4 | digit)
            high = nil
        } else {
            high = digit
        }
    }
    return high == nil ? bytes : nil
}

/// Whether the text consists of lower-case hexadecimal digits alone. Makes nothing, unlike reading the bytes.
func isHexadecimal(_ text: some StringProtocol) -> Bool {
    text.utf8.allSatisfy { digit in
        digit &- UInt8(ascii: "0") < 10 || digit &- UInt8(ascii: "a") < 6
    }
}
