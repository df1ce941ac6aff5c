import RepriseModel

/// The value of `Content-Disposition` that makes browsers save the file under its name and never show it (RFC 6266).
///
/// A name that is not ASCII is given twice: as far as ASCII goes, and percent-encoded as UTF-8.
func attachment(named name: String) -> String {
    let plain = name.unicodeScalars.filter { $0.isASCII && $0.value >= 0x20 && $0.value != 0x7F }
    let isWhole = plain.count == name.unicodeScalars.count
    let short = plain.isEmpty ? "download" : String(String.UnicodeScalarView(plain))
    let known = "attachment; filename=\(isToken(short) ? short : quoted(short))"
    return isWhole ? known : known + "; filename*=UTF-8''\(percentEncoded(name))"
}

private func quoted(_ text: String) -> String {
    "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
}

private func isToken(_ text: String) -> Bool {
    text.utf8.allSatisfy { isWordByte($0) || "!#$%&'*+-.^_`|~".utf8.contains($0) }
}

func percentEncoded(_ text: String) -> String {
    text.utf8
        .map { byte in
            if isWordByte(byte) || "!#$&+-.^_`|~".utf8.contains(byte) { return String(UnicodeScalar(byte)) }
            return "%" + hexadecimal([byte]).uppercased()
        }
        .joined()
}

private func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"):
        true
    default: false
    }
}
