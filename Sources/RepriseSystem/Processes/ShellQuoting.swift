/// Where in the quotes of a POSIX shell text one stands. Knows quotes, backslashes, comments, `$(…)`, `$((…))`, `${…}`,
/// backquotes and here-documents, as far as they decide how a value must be put in.
///
/// Reads scalar by scalar, as the shell does: for it a quote with an accent upon it is a quote.
package struct ShellQuoting: Sendable {
    private enum Context: Sendable {
        case bare, double, single, comment, backquote, parenthesis, arithmetic
        case brace, braceInDouble
    }

    private var contexts: [Context] = [.bare]
    private var isEscaped = false
    private var previous: Unicode.Scalar = "\n"
    private var beforePrevious: Unicode.Scalar = "\n"
    /// The word after `<<`, and then the document's line so far.
    private var delimiter: String?
    private var isReadingDelimiter = false
    private var documentLine: String?
    private var isDelimiterQuoted = false

    private var context: Context { contexts.last ?? .bare }

    package init() {}

    /// Whether nothing expands here, so that a `reference` would stay as it is: in a here-document whose word is quoted.
    package var keepsReferences: Bool { documentLine != nil && isDelimiterQuoted }

    /// A variable of the environment, such that it expands to one literal word here.
    package func reference(to variable: String) -> String {
        if documentLine != nil { return "${\(variable)}" }
        return switch context {
        case .double, .braceInDouble, .arithmetic: "${\(variable)}"
        case .single: "'\"${\(variable)}\"'"
        default: "\"${\(variable)}\""
        }
    }

    /// The value, such that the shell takes every character of it literally here.
    package func literal(_ value: String) -> String {
        if documentLine != nil { return isDelimiterQuoted ? value : escaped(value, "\\$`") }
        var text =
            switch context {
            case .double: escaped(value, "\\$`\"")
            case .braceInDouble: escaped(value, "\\$`\"}")
            case .single: withoutSingleQuotes(value)
            case .comment: String(String.UnicodeScalarView(value.unicodeScalars.map { isLineEnd($0) ? " " : $0 }))
            case .bare, .backquote, .parenthesis, .brace, .arithmetic: shellQuoted(value)
            }
        // What stands between backquotes is read twice.
        for context in contexts where context == .backquote { text = escaped(text, "\\$`") }
        return text
    }

    /// Why nothing may be put in here, or not this value; nil where quoting makes it safe. nil for a value asks about
    /// a reference.
    package func objection(to value: String?) -> String? {
        if documentLine != nil, isDelimiterQuoted {
            return value == nil ? "nothing is put into a here-document whose word is quoted" : objectionToLines(value)
        }
        if documentLine != nil, previous == "\\" { return "a backslash stands before it" }
        if isEscaped { return "a backslash stands before it" }
        if isReadingDelimiter { return "it names the end of a here-document" }
        if previous == "$", context != .single, context != .comment { return "a `$` stands before it" }
        if documentLine != nil { return objectionToLines(value) }
        guard context == .arithmetic, let value else { return nil }
        let isNumber = !value.isEmpty && value.utf8.allSatisfy { "0123456789abcdefABCDEFx+-.".utf8.contains($0) }
        return isNumber ? nil : "`$((…))` takes numbers alone"
    }

    private func objectionToLines(_ value: String?) -> String? {
        let hasSeveral = value?.unicodeScalars.contains(where: isLineEnd) ?? false
        return hasSeveral ? "several lines could end the here-document" : nil
    }

    /// Tells that something was put in here, which is neither blank nor the begin of anything.
    package mutating func readValue() {
        beforePrevious = "x"
        previous = "x"
    }

    private func escaped(_ value: String, _ special: String) -> String {
        var text = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            if special.unicodeScalars.contains(scalar) { text.append("\\") }
            text.append(scalar)
        }
        return String(text)
    }

    private func isLineEnd(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar == "\r" }

    /// Goes on over text that stands in the script as it is.
    package mutating func read(_ text: String) { text.unicodeScalars.forEach { read($0) } }

    private mutating func read(_ scalar: Unicode.Scalar) {
        defer {
            beforePrevious = previous
            previous = scalar
        }
        if documentLine != nil { return readDocument(scalar) }
        if isEscaped {
            isEscaped = false
            return
        }
        switch context {
        case .single: if scalar == "'" { contexts.removeLast() }
        case .comment: if scalar == "\n" { endLine() }
        case .double, .braceInDouble: readDouble(scalar)
        case .arithmetic: readArithmetic(scalar)
        case .bare, .backquote, .parenthesis, .brace: readBare(scalar)
        }
    }

    private mutating func readDouble(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\\": isEscaped = true
        case "\"": if context == .double { contexts.removeLast() } else { contexts.append(.double) }
        case "}" where context == .braceInDouble: contexts.removeLast()
        case "{" where previous == "$": contexts.append(.braceInDouble)
        default: readSubstitution(scalar)
        }
    }

    private mutating func readArithmetic(_ scalar: Unicode.Scalar) {
        switch scalar {
        case ")": contexts.removeLast()
        case "(" where previous != "$": contexts.append(.arithmetic)
        case "{" where previous == "$": contexts.append(.brace)
        case "\"": contexts.append(.double)
        default: readSubstitution(scalar)
        }
    }

    private mutating func readBare(_ scalar: Unicode.Scalar) {
        if context != .brace, readsDelimiter(scalar) { return }
        switch scalar {
        case "\\": isEscaped = true
        case "'": contexts.append(.single)
        case "\"": contexts.append(.double)
        case "#" where context != .brace && beginsWord: contexts.append(.comment)
        case "\n": endLine()
        case ")" where context == .parenthesis: contexts.removeLast()
        case "}" where context == .brace: contexts.removeLast()
        case "{" where previous == "$": contexts.append(.brace)
        case "(" where previous == "(" && beforePrevious == "$" && context == .parenthesis:
            contexts[contexts.count - 1] = .arithmetic
            contexts.append(.arithmetic)
        case "(" where previous != "$": contexts.append(.parenthesis)
        default: readSubstitution(scalar)
        }
    }

    private var beginsWord: Bool { " \t\n;&|()".unicodeScalars.contains(previous) }

    private mutating func readSubstitution(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "`": if context == .backquote { contexts.removeLast() } else { contexts.append(.backquote) }
        case "(" where previous == "$": contexts.append(.parenthesis)
        default: break
        }
    }

    /// Whether the scalar still belongs to `<<` and the word after it.
    private mutating func readsDelimiter(_ scalar: Unicode.Scalar) -> Bool {
        guard isReadingDelimiter else {
            if scalar == "<", previous == "<", beforePrevious != "<" {
                isReadingDelimiter = true
                isDelimiterQuoted = false
            }
            return isReadingDelimiter
        }
        let isBlank = scalar == " " || scalar == "\t"
        if scalar == "\n" || (delimiter != nil && isBlank) || ";&|<>()".unicodeScalars.contains(scalar) {
            isReadingDelimiter = false
            return false
        }
        if "'\"\\".unicodeScalars.contains(scalar) {
            isDelimiterQuoted = true
        } else if !isBlank, scalar != "-" || delimiter != nil {
            delimiter = (delimiter ?? "") + String(scalar)
        }
        return true
    }

    private mutating func endLine() {
        if context == .comment { contexts.removeLast() }
        isReadingDelimiter = false
        if delimiter != nil { documentLine = "" }
    }

    private mutating func readDocument(_ scalar: Unicode.Scalar) {
        guard scalar == "\n" else {
            documentLine?.unicodeScalars.append(scalar)
            return
        }
        let line = documentLine?.drop { $0 == "\t" }
        documentLine = line.map(String.init) == delimiter ? nil : ""
        if documentLine == nil { delimiter = nil }
    }
}

/// The word as a POSIX shell takes it literally; bare where nothing in it is special.
package func shellQuoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "_-./:=@%+,".utf8.contains(byte)
        }
    }
    if plain, !word.isEmpty { return word }
    return "'" + withoutSingleQuotes(word) + "'"
}

/// The text as it may stand between single quotes. By scalars: a quote that a combining mark follows is no character of
/// its own for Swift, and ends the text for a shell.
private func withoutSingleQuotes(_ text: String) -> String {
    var quoted = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if scalar == "'" { quoted += #"'\'"#.unicodeScalars }
        quoted.append(scalar)
    }
    return String(quoted)
}
