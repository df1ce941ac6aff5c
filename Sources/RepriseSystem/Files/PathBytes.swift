/// A path as the kernel has it: any bytes but zero. Only files that people wrote need this; Reprise's own paths are text.
package typealias PathBytes = [UInt8]

/// The path as text that can be turned back: a backslash becomes `\\`, and a byte that is no part of UTF-8 `\xHH`.
package func pathText(_ path: some Collection<UInt8>) -> String {
    if let text = String(validating: path, as: UTF8.self), !text.utf8.contains(UInt8(ascii: "\\")) { return text }
    var text = ""
    var rest = Array(path)[...]
    while let byte = rest.first {
        let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
        if let piece = String(validating: rest.prefix(length), as: UTF8.self) {
            text += piece == "\\" ? "\\\\" : piece
            rest = rest.dropFirst(length)
        } else {
            let digits = String(byte, radix: 16, uppercase: true)
            text += "\\x" + (digits.count == 1 ? "0" : "") + digits
            rest = rest.dropFirst()
        }
    }
    return text
}

/// The bytes that `pathText` wrote down.
package func pathBytes(_ text: String) -> PathBytes {
    guard text.utf8.contains(UInt8(ascii: "\\")) else { return Array(text.utf8) }
    var bytes: PathBytes = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
            bytes.append(byte)
            continue
        }
        if next == UInt8(ascii: "x"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
            bytes.append(value)
            rest = rest.dropFirst(2)
        } else {
            bytes.append(next)
        }
    }
    return bytes
}
