import RepriseModel
import RepriseSystem

/// A command as words of a shell line.
enum CommandText {
    static func words(_ command: Command) -> String {
        switch command {
        case .list(let words): words.map(word).joined(separator: " ")
        case .shell(let pieces): "sh -c " + shellQuoted(script(pieces))
        }
    }

    /// One word, whatever the values turn out to be.
    private static func word(_ pieces: [CommandPiece]) -> String {
        if pieces.isEmpty { return "''" }
        return
            pieces.map { piece in
                switch piece {
                case .text(let text): shellQuoted(text)
                case .run(let word): "\"${\(word.variable)}\""
                }
            }
            .joined()
    }

    /// The text of a shell command, in which each run's word became a reference that expands to one literal word
    /// wherever it stands: bare, between double quotes, between single quotes.
    static func script(_ pieces: [CommandPiece]) -> String {
        var quoting = ShellQuoting()
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let part):
                text += part
                quoting.read(part)
            case .run(let word): text += quoting.reference(to: word.variable)
            }
        }
        return text
    }
}

/// Where in the quotes of a shell text one stands. Knows quotes, backslashes, comments, `$(…)`, backquotes and
/// here-documents, as far as they decide how a value must be put in.
struct ShellQuoting {
    private enum Context { case bare, double, single, comment, backquote, parenthesis }

    private var contexts: [Context] = [.bare]
    private var isEscaped = false
    private var previous: Character = "\n"
    private var beforePrevious: Character = "\n"
    /// The rest of a line on which `<<` stood, and then the document's last line.
    private var delimiter: String?
    private var isReadingDelimiter = false
    private var documentLine: String?

    private var context: Context { contexts.last ?? .bare }

    func reference(to variable: String) -> String {
        if documentLine != nil { return "${\(variable)}" }
        return switch context {
        case .double: "${\(variable)}"
        case .single: "'\"${\(variable)}\"'"
        default: "\"${\(variable)}\""
        }
    }

    mutating func read(_ text: String) { text.forEach { read($0) } }

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
        readDelimiter(character)
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

    private mutating func readDelimiter(_ character: Character) {
        if isReadingDelimiter {
            let isWord = !character.isWhitespace && !";&|<>()".contains(character)
            if isWord, !"'\"\\-".contains(character) { delimiter = (delimiter ?? "") + String(character) }
            if !isWord, delimiter != nil { isReadingDelimiter = false }
        } else if character == "<", previous == "<", beforePrevious != "<" {
            isReadingDelimiter = true
        }
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
