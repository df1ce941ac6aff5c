/// Where in the quotes of a shell text one stands. Knows quotes, backslashes, comments, `$(…)`, backquotes and
/// here-documents, as far as they decide how a value must be put in.
package struct ShellQuoting: Sendable {
    private enum Context: Sendable { case bare, double, single, comment, backquote, parenthesis }

    private var contexts: [Context] = [.bare]
    private var isEscaped = false
    private var previous: Character = "\n"
    private var beforePrevious: Character = "\n"
    /// The rest of a line on which `<<` stood, and then the document's last line.
    private var delimiter: String?
    private var isReadingDelimiter = false
    private var documentLine: String?

    private var isDelimiterQuoted = false

    private var context: Context { contexts.last ?? .bare }

    package init() {}

    /// A variable of the environment, such that it expands to one literal word here.
    package func reference(to variable: String) -> String {
        if documentLine != nil { return "${\(variable)}" }
        return switch context {
        case .double: "${\(variable)}"
        case .single: "'\"${\(variable)}\"'"
        default: "\"${\(variable)}\""
        }
    }

    /// The value, such that the shell takes every character of it literally here.
    package func literal(_ value: String) -> String {
        if documentLine != nil { return isDelimiterQuoted ? value : escaped(value, "\\$`") }
        return switch context {
        case .double: escaped(value, "\\$`\"")
        case .single: value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
        case .comment: String(value.map { $0.isNewline ? " " : $0 })
        case .bare, .backquote, .parenthesis: shellQuoted(value)
        }
    }

    private func escaped(_ value: String, _ special: String) -> String {
        String(value.flatMap { special.contains($0) ? ["\\", $0] : [$0] })
    }

    /// Goes on over text that stands in the script as it is.
    package mutating func read(_ text: String) { text.forEach { read($0) } }

    private mutating func read(_ character: Character) {
        defer {
            beforePrevious = previous
            previous = character
        }
        if documentLine != nil { return readDocument(character) }
        if isEscaped {
            isEscaped = false
            return
        }
        switch context {
        case .single: if character == "'" { contexts.removeLast() }
        case .comment: if character == "\n" { endLine() }
        case .double: readDouble(character)
        case .bare, .backquote, .parenthesis: readBare(character)
        }
    }

    private mutating func readDouble(_ character: Character) {
        switch character {
        case "\\": isEscaped = true
        case "\"": contexts.removeLast()
        default: readSubstitution(character)
        }
    }

    private mutating func readBare(_ character: Character) {
        if readsDelimiter(character) { return }
        switch character {
        case "\\": isEscaped = true
        case "'": contexts.append(.single)
        case "\"": contexts.append(.double)
        case "#" where previous.isWhitespace || ";&|(".contains(previous): contexts.append(.comment)
        case "\n": endLine()
        case ")" where context == .parenthesis: contexts.removeLast()
        case "(" where previous != "$": contexts.append(.parenthesis)
        default: readSubstitution(character)
        }
    }

    private mutating func readSubstitution(_ character: Character) {
        switch character {
        case "`": if context == .backquote { contexts.removeLast() } else { contexts.append(.backquote) }
        case "(" where previous == "$": contexts.append(.parenthesis)
        default: break
        }
    }

    /// Whether the character still belongs to `<<` and the word after it.
    private mutating func readsDelimiter(_ character: Character) -> Bool {
        guard isReadingDelimiter else {
            if character == "<", previous == "<", beforePrevious != "<" {
                isReadingDelimiter = true
                isDelimiterQuoted = false
            }
            return isReadingDelimiter
        }
        if character.isNewline || (delimiter != nil && character.isWhitespace) || ";&|<>()".contains(character) {
            isReadingDelimiter = false
            return false
        }
        if "'\"\\".contains(character) {
            isDelimiterQuoted = true
        } else if !character.isWhitespace, character != "-" || delimiter != nil {
            delimiter = (delimiter ?? "") + String(character)
        }
        return true
    }

    private mutating func endLine() {
        if context == .comment { contexts.removeLast() }
        isReadingDelimiter = false
        if delimiter != nil { documentLine = "" }
    }

    private mutating func readDocument(_ character: Character) {
        guard character == "\n" else {
            documentLine?.append(character)
            return
        }
        let line = documentLine?.drop { $0 == "\t" }
        documentLine = line.map(String.init) == delimiter ? nil : ""
        if documentLine == nil { delimiter = nil }
    }
}
