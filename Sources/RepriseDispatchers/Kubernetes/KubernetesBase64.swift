/// RFC 4648, with padding.
func base64(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    var buffer: UInt32 = 0
    var count = 0
    for byte in bytes {
        buffer = buffer << 8 | UInt32(byte)
        count += 1
        if count == 3 {
            for shift in [18, 12, 6, 0] { text.append(digits[Int(buffer >> UInt32(shift) & 63)]) }
            buffer = 0
            count = 0
        }
    }
    if count > 0 {
        buffer <<= UInt32(8 * (3 - count))
        for shift in [18, 12, 6, 0].prefix(count + 1) { text.append(digits[Int(buffer >> UInt32(shift) & 63)]) }
        text += Array(repeating: UInt8(ascii: "="), count: 3 - count)
    }
    return String(decoding: text, as: UTF8.self)
}
