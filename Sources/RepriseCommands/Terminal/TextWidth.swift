extension Character {
    /// Columns that a terminal gives it: 2 for East Asian wide characters and pictures, 0 for marks, else 1.
    var columns: Int {
        guard let first = unicodeScalars.first else { return 0 }
        if first.isASCII { return first.value < 0x20 || first.value == 0x7F ? 0 : 1 }
        if unicodeScalars.contains(where: { $0.value == 0xFE0F || $0.properties.isEmojiPresentation }) { return 2 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: return first.isWide ? 2 : 1
        }
    }
}

extension Unicode.Scalar {
    /// The blocks that UAX #11 calls wide or fullwidth, as far as text uses them.
    fileprivate var isWide: Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}

extension String {
    /// Columns on a terminal. The text holds no colours.
    var columns: Int { reduce(0) { $0 + $1.columns } }

    /// The text in one line and without what could steer a terminal; names and log lines may hold anything.
    var harmless: String {
        guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return self }
        var out = ""
        for scalar in unicodeScalars {
            if scalar == "\n" || scalar == "\t" || scalar == "\r" {
                out.append(" ")
            } else if scalar.properties.generalCategory != .control {
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// At most `width` columns, with `…` where something was cut off.
    func cut(to width: Int, isUnicode: Bool) -> String {
        guard columns > width else { return self }
        let mark = isUnicode ? "…" : "~"
        guard width > 1 else { return width == 1 ? mark : "" }
        var text = ""
        var used = 0
        for character in self {
            guard used + character.columns <= width - 1 else { break }
            text.append(character)
            used += character.columns
        }
        return text + mark
    }

    /// At most `width` columns of a line that may hold colours; they are ended where the line is.
    func clipped(to width: Int) -> String {
        var text = ""
        var used = 0
        var isEscape = false
        var isColoured = false
        for character in self {
            if isEscape || character == "\u{1B}" {
                text.append(character)
                isEscape = character != "m"
                isColoured = true
                continue
            }
            guard used + character.columns <= width else { break }
            text.append(character)
            used += character.columns
        }
        return isColoured && used >= width ? text + "\u{1B}[0m" : text
    }
}
