/// The text as it stands in XML or HTML, in element content and in quoted attributes alike.
///
/// Control characters that XML 1.0 does not know are left out.
func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": out += "&amp;"
        case "<": out += "&lt;"
        case ">": out += "&gt;"
        case "\"": out += "&quot;"
        case "'": out += "&#39;"
        case "\t", "\n": out.unicodeScalars.append(scalar)
        case _ where scalar.value < 0x20 || scalar.value == 0x7F || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
            continue
        default: out.unicodeScalars.append(scalar)
        }
    }
    return out
}
