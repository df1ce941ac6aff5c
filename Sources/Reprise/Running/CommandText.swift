import RepriseModel
import RepriseSystem

extension Command {
    /// The command as a person would type it, with what only the job knows as shell variables.
    public var text: String {
        func word(_ pieces: [CommandPiece], quoting: Bool) -> String {
            var text = ""
            for piece in pieces {
                switch piece {
                case .text(let part): text += quoting ? shellQuoted(part) : part
                case .run(let word): text += "$\(word.variable)"
                }
            }
            return text
        }
        return switch self {
        case .list(let words): words.map { word($0, quoting: true) }.joined(separator: " ")
        case .shell(let pieces): word(pieces, quoting: false)
        }
    }
}
