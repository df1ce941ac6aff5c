import RepriseModel

/// MLflow's rules for the names and lengths that clients send, with its own messages.
enum NameRules {
    static let longestKey = 250
    static let longestParameter = 6000
    static let longestTag = 8000
    static let longestProjectTag = 20_000
    static let longestProjectName = 500

    /// The name of a metric, a parameter or a tag. `path` is what a message calls it: `metrics[3].name`.
    static func check(_ name: String, path: String) throws(MLflowError) {
        guard name.utf8.allSatisfy(isPlain) || name.unicodeScalars.allSatisfy(isAllowed) else {
            throw .invalid(
                invalidValue(
                    path,
                    name,
                    "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ),"
                        + " colon(:) and slashes (/)."
                )
            )
        }
        let normal = normalPath(name)
        guard normal == name, normal != ".", !normal.hasPrefix(".."), !normal.hasPrefix("/") else {
            throw .invalid(
                invalidValue(
                    path,
                    name,
                    "Names may be treated as files in certain cases, and must not resolve to other names"
                        + " when treated as such. This name would resolve to '\(normal)'"
                )
            )
        }
    }

    /// Throws where the text has more characters than `limit`, counted as Python does.
    static func checkLength(_ text: String, of what: String, limit: Int) throws(MLflowError) {
        if text.utf8.count > limit, text.unicodeScalars.count > limit {
            throw .invalid("'\(what)' exceeds the maximum length of \(limit) characters")
        }
    }

    /// The text without what is beyond `limit` characters: values of parameters and tags are cut, not refused.
    static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit, text.unicodeScalars.count > limit else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
    }

    /// "Invalid value "x" for parameter 'y' supplied: …"
    static func invalidValue(_ path: String, _ name: String, _ why: String? = nil) -> String {
        "Invalid value \(Value.string(cut(name, to: 1000)).json()) for parameter '\(path)' supplied"
            + (why.map { ": " + $0 } ?? ".")
    }

    @inline(__always)
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "-")...UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: " "):
            true
        default: false
        }
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return isPlain(UInt8(truncatingIfNeeded: scalar.value)) }
        return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}

/// The path with `.`, `..` and doubled slashes taken out, as Python's `posixpath.normpath` does it.
private func normalPath(_ path: String) -> String {
    if path.isEmpty { return "." }
    let isRooted = path.hasPrefix("/")
    let slashes = path.hasPrefix("//") && !path.hasPrefix("///") ? "//" : isRooted ? "/" : ""
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
        if part != ".." || (!isRooted && parts.isEmpty) || parts.last == ".." {
            parts.append(part)
        } else if !parts.isEmpty {
            parts.removeLast()
        }
    }
    let normal = slashes + parts.joined(separator: "/")
    return normal.isEmpty ? "." : normal
}
