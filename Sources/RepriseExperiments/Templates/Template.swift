import RepriseModel
import RepriseYAML

/// A text with `{{ names }}`, read once and filled in for every variant.
///
/// `{{ "text" }}` stands for the text in the quotes, which is how two braces are written.
struct Template: Sendable {
    enum Piece: Sendable {
        case text(String)
        case word(TemplateWord, Place)
    }

    var pieces: [Piece]

    init(_ text: LocatedText, names: TemplateNames) throws {
        pieces = []
        guard text.text.contains("{{") else {
            pieces = text.text.isEmpty ? [] : [.text(text.text)]
            return
        }
        var rest = text.text[...]
        while let open = rest.firstRange(of: "{{") {
            let place = text.place(of: open.lowerBound)
            append(String(rest[..<open.lowerBound]))
            let body = rest[open.upperBound...]
            let (word, end) = try Self.word(body, at: place)
            switch word {
            case .literal(let literal): append(literal)
            case .name(let name): pieces.append(.word(try names.word(name, at: place), place))
            }
            rest = body[end...]
        }
        append(String(rest))
    }

    private mutating func append(_ text: String) {
        guard !text.isEmpty else { return }
        if case .text(let before)? = pieces.last {
            pieces[pieces.count - 1] = .text(before + text)
        } else {
            pieces.append(.text(text))
        }
    }

    private enum Word { case name(String), literal(String) }

    /// What stands between the braces, and where the text goes on.
    private static func word(_ body: Substring, at place: Place) throws -> (Word, String.Index) {
        let start = body.firstIndex { !$0.isWhitespace } ?? body.endIndex
        if start < body.endIndex, body[start] == "\"" || body[start] == "'" {
            let inside = body[body.index(after: start)...]
            if let close = inside.firstIndex(of: body[start]) {
                let after = inside[inside.index(after: close)...]
                let end = after.drop { $0.isWhitespace }
                if end.hasPrefix("}}") {
                    return (.literal(String(inside[..<close])), end.index(end.startIndex, offsetBy: 2))
                }
            }
        }
        guard let close = body.firstRange(of: "}}"), !body[..<close.lowerBound].contains(where: \.isNewline) else {
            throw Mistake(
                "`{{` is not closed",
                fix: "close it with `}}`, or write `{{ \"{{\" }}` where two braces shall stay",
                code: "wrong-template",
                place: place
            )
        }
        let name = ValueText.trimmed(body[..<close.lowerBound])
        guard !name.isEmpty else {
            throw Mistake("nothing stands between `{{` and `}}`", code: "wrong-template", place: place)
        }
        return (.name(name), close.upperBound)
    }
}

extension LocatedText {
    /// The place of a character of the text. In text of several lines the column is not known.
    func place(of index: String.Index) -> Place {
        guard let line = place.line else { return place }
        guard text.contains(where: \.isNewline) else {
            let offset = text.distance(from: text.startIndex, to: index) + (isQuoted ? 1 : 0)
            return Place(file: place.file, line: line, column: place.column.map { $0 + offset })
        }
        // A block of text begins on the line after its `|`.
        return Place(file: place.file, line: line + 1 + text[..<index].count(where: \.isNewline))
    }
}

extension Template {
    /// The text with everything put in, as it goes into a name, a tag or an environment variable.
    func text(_ values: TemplateValues) throws -> String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let part): text += part
            case .word(let word, let place): text += try values.text(word, at: place)
            }
        }
        return text
    }

    /// An argument of a command that is executed without a shell; several where it is exactly one list parameter.
    func arguments(_ values: TemplateValues) throws -> [[CommandPiece]] {
        if pieces.count == 1, case .word(.parameter(let name), let place) = pieces[0],
            case .list(let items) = try values.parameter(name, at: place)
        {
            return items.map { [.text($0.text)] }
        }
        var argument: [CommandPiece] = []
        for piece in pieces {
            switch piece {
            case .word(.run(let word), _): argument.append(.run(word))
            case .text(let part): argument.append(text: part)
            case .word(let word, let place): argument.append(text: try values.text(word, at: place))
            }
        }
        return [argument.isEmpty ? [.text("")] : argument]
    }
}

extension [CommandPiece] {
    /// Adds text to the last piece where that is text.
    mutating func append(text: String) {
        guard !text.isEmpty else { return }
        if case .text(let before)? = last {
            self[count - 1] = .text(before + text)
        } else {
            append(.text(text))
        }
    }
}

/// What one variant puts into templates.
struct TemplateValues {
    let parameters: Value
    let seed: Seed

    func parameter(_ name: String, at place: Place) throws -> Value {
        if let value = parameters[path: name] { return value }
        throw Mistake(
            "a variant has no parameter `\(name)`",
            why: "only some entries of `sweep.list` bring it",
            fix: "give it a value under `parameters`",
            code: "unknown-template",
            place: place
        )
    }

    func text(_ word: TemplateWord, at place: Place) throws -> String {
        switch word {
        case .parameter(let name): try parameter(name, at: place).text
        case .seed: seed.description
        case .text(let text): text
        case .run: ""
        }
    }
}
