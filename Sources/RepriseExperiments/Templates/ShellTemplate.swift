import RepriseModel
import RepriseSystem
import RepriseYAML

/// A command for `sh`, read once: each template knows where in the shell's quotes it stands.
struct ShellTemplate: Sendable {
    private enum Piece: Sendable {
        case text(String)
        case word(TemplateWord, ShellQuoting, Place)
    }

    private var pieces: [Piece] = []

    init(_ text: LocatedText, names: TemplateNames) throws {
        var quoting = ShellQuoting()
        for piece in try Template(text, names: names).pieces {
            switch piece {
            case .text(let part):
                quoting.read(part)
                pieces.append(.text(part))
            case .word(let word, let place):
                if case .run = word, let objection = quoting.objection(to: nil) {
                    throw Self.refusal(objection, at: place)
                }
                pieces.append(.word(word, quoting, place))
                quoting.readValue()
            }
        }
    }

    private static func refusal(_ reason: String, at place: Place) -> Mistake {
        Mistake(
            "a value cannot be put in safely here",
            why: reason,
            fix: "put it into a variable of its own, as in `x={{ name }}`, and use `\"$x\"` here",
            code: "unsafe-template",
            place: place
        )
    }

    /// The command of one variant. Whatever a value holds, the shell sees it as it is; a list becomes several words
    /// where it stands bare.
    func command(_ values: TemplateValues) throws -> Command {
        var command: [CommandPiece] = []
        for piece in pieces {
            switch piece {
            case .text(let part): command.append(text: part)
            case .word(.run(let word), _, _): command.append(.run(word))
            case .word(let word, let quoting, let place):
                command.append(text: try Self.quoted(word, quoting, values, at: place))
            }
        }
        return .shell(command)
    }

    private static func quoted(
        _ word: TemplateWord,
        _ quoting: ShellQuoting,
        _ values: TemplateValues,
        at place: Place
    ) throws -> String {
        if case .parameter(let name) = word, case .list(let items) = try values.parameter(name, at: place) {
            return try items.map { try literal($0.text, quoting, place) }.joined(separator: " ")
        }
        return try literal(try values.text(word, at: place), quoting, place)
    }

    private static func literal(_ text: String, _ quoting: ShellQuoting, _ place: Place) throws -> String {
        guard !text.utf8.contains(0) else {
            throw Mistake("a command cannot hold the character NUL", code: "wrong-template", place: place)
        }
        if let objection = quoting.objection(to: text) { throw refusal(objection, at: place) }
        return quoting.literal(text)
    }
}
