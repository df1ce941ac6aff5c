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
