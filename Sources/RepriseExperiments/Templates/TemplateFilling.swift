import RepriseModel
import RepriseSystem

extension Template {
    /// Throws where a name is not known, so that a mistake shows before anything runs.
    package func check(against scope: TemplateScope) throws {
        for (name, place) in names { _ = try scope.meaning(of: name, at: place) }
    }

    /// The text with every name filled in; for what is no command.
    package func text(in scope: TemplateScope) throws -> String {
        var early = scope
        early.runWords = false
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let part): text += part
            case .name(let name, let place):
                if case .value(let value) = try early.meaning(of: name, at: place) { text += value.text }
            }
        }
        return text
    }

    /// The pieces of a command for `sh -c`: every value quoted as its place in the script needs it.
    ///
    /// A list becomes its items as separate words where it stands bare, and one text with blanks between them in quotes.
    package func shellPieces(in scope: TemplateScope) throws -> [CommandPiece] {
        var quoting = ShellQuoting()
        var pieces: [CommandPiece] = []
        for piece in self.pieces {
            switch piece {
            case .text(let part):
                quoting.read(part)
                pieces.add(part)
            case .name(let name, let place):
                switch try scope.meaning(of: name, at: place) {
                case .word(let word):
                    if quoting.keepsReferences { throw Self.inQuotedDocument(name, at: place) }
                    pieces.append(.run(word))
                case .value(.list(let items)):
                    pieces.add(items.map { quoting.literal($0.text) }.joined(separator: " "))
                case .value(let value): pieces.add(quoting.literal(value.text))
                }
            }
        }
        return pieces
    }

    private static func inQuotedDocument(_ name: String, at place: Place) -> Mistake {
        Mistake(
            "`\(name)` cannot stand in a here-document whose word is quoted",
            why: "the job alone knows it, and the shell puts nothing into such a document",
            fix: "take the quotes off the word after `<<`",
            code: "template-in-quoted-document",
            place: place
        )
    }

    /// The words of a command that is executed without a shell. A word that is nothing but a list becomes its items.
    package static func listPieces(_ words: [Template], in scope: TemplateScope) throws -> [[CommandPiece]] {
        try words.flatMap { try $0.words(in: scope) }
    }

    private func words(in scope: TemplateScope) throws -> [[CommandPiece]] {
        if pieces.count == 1, case .name(let name, let place) = pieces[0],
            case .value(.list(let items)) = try scope.meaning(of: name, at: place)
        {
            return items.map { [.text($0.text)] }
        }
        var word: [CommandPiece] = []
        for piece in pieces {
            switch piece {
            case .text(let part): word.add(part)
            case .name(let name, let place):
                switch try scope.meaning(of: name, at: place) {
                case .word(let known): word.append(.run(known))
                case .value(let value): word.add(value.text)
                }
            }
        }
        return [word]
    }
}

extension [CommandPiece] {
    /// Adds text, joined to text that stands before it.
    fileprivate mutating func add(_ text: String) {
        if case .text(let before) = last {
            self[count - 1] = .text(before + text)
        } else {
            append(.text(text))
        }
    }
}
