/// A word of an expression with the column at which it begins, counted from 0.
struct ExpressionToken: Hashable {
    enum Kind: Hashable {
        case number(Value)
        case text(String)
        case name([String], isQuoted: Bool)
        case sign(String)
        case end
    }

    var kind: Kind
    var offset: Int
    /// As it was written, for messages.
    var source: String
}

/// Cuts an expression into words.
struct ExpressionLexer {
    private let characters: [Character]
    private var position = 0
    private let place: (Int) -> Place

    init(_ text: String, place: @escaping (Int) -> Place) {
        characters = Array(text)
        self.place = place
    }

    mutating func tokens() throws -> [ExpressionToken] {
        var tokens: [ExpressionToken] = []
        while true {
            while let next, next.isWhitespace { position += 1 }
            let start = position
            let kind = try self.kind()
            tokens.append(ExpressionToken(kind: kind, offset: start, source: String(characters[start..<position])))
            if kind == .end { return tokens }
        }
    }

    private var next: Character? { position < characters.count ? characters[position] : nil }

    private func mistake(_ what: String, fix: String? = nil, at offset: Int) -> Mistake {
        Mistake(what, fix: fix, code: "expression-syntax", place: place(offset))
    }

    private mutating func kind() throws -> ExpressionToken.Kind {
        guard let first = next else { return .end }
        if isDigit(first) || first == "." && position + 1 < characters.count && isDigit(characters[position + 1]) {
            return .number(try number())
        }
        if first == "'" || first == "\"" { return .text(try text(first)) }
        if first == "`" || isNameStart(first) { return try name() }
        return .sign(try sign(first))
    }

    private func isDigit(_ character: Character) -> Bool { character >= "0" && character <= "9" }

    private func isNameStart(_ character: Character) -> Bool { character.isLetter || character == "_" }

    private func isNamePart(_ character: Character) -> Bool { isNameStart(character) || character.isNumber }

    // MARK: Numbers

    private mutating func number() throws -> Value {
        let start = position
        while let next, isDigit(next) || next == "." { position += 1 }
        if let next, next == "e" || next == "E" { readExponent() }
        let digits = String(characters[start..<position])
        let unitStart = position
        while let next, isNamePart(next) { position += 1 }
        let unit = String(characters[unitStart..<position])
        if !unit.isEmpty { return try quantity(digits, unit, at: start) }
        if let whole = Int64(digits) { return .integer(whole) }
        guard let number = Double(digits), number.isFinite else {
            throw mistake("`\(digits.prefix(60))` is no number", at: start)
        }
        return .number(number)
    }

    private mutating func readExponent() {
        var ahead = position + 1
        if ahead < characters.count, characters[ahead] == "-" || characters[ahead] == "+" { ahead += 1 }
        guard ahead < characters.count, isDigit(characters[ahead]) else { return }
        position = ahead
        while let next, isDigit(next) { position += 1 }
    }

    /// `30m` is 1800 seconds, `4GiB` is a count of bytes; `1h30m` is one literal.
    private func quantity(_ digits: String, _ unit: String, at start: Int) throws -> Value {
        let text = digits + unit
        if let milliseconds = Quantities.milliseconds(text) {
            return milliseconds % 1000 == 0 ? .integer(milliseconds / 1000) : .number(Double(milliseconds) / 1000)
        }
        if unit.count > 1 || "kKgGtTbB".contains(unit), let bytes = Quantities.bytes(text) { return .integer(bytes) }
        throw mistake(
            "`\(text.prefix(60))` is neither a number nor a time or a size",
            fix: "write times as `90s`, `30m`, `1h30m` and sizes as `500MB`, `4GiB`",
            at: start
        )
    }

    // MARK: Text and names

    private mutating func text(_ quote: Character) throws -> String {
        let start = position
        position += 1
        var text = ""
        while let character = next {
            position += 1
            if character == quote {
                if next != quote { return text }
                position += 1
                text.append(quote)
            } else if character == "\\", let escaped = next, escaped == "\\" || escaped == quote {
                position += 1
                text.append(escaped)
            } else {
                text.append(character)
            }
        }
        throw mistake("a text does not end", fix: "close it with `\(quote)`", at: start)
    }

    private mutating func name() throws -> ExpressionToken.Kind {
        var parts: [String] = []
        var isQuoted = false
        while true {
            if next == "`" {
                isQuoted = true
                parts.append(try quotedPart())
            } else {
                let start = position
                while let next, isNamePart(next) { position += 1 }
                parts.append(String(characters[start..<position]))
            }
            guard next == ".", position + 1 < characters.count,
                isNamePart(characters[position + 1]) || characters[position + 1] == "`"
            else { return .name(parts, isQuoted: isQuoted) }
            position += 1
        }
    }

    private mutating func quotedPart() throws -> String {
        let start = position
        position += 1
        while let next, next != "`" { position += 1 }
        guard next != nil else { throw mistake("a name does not end", fix: "close it with a back-quote", at: start) }
        position += 1
        let part = String(characters[start + 1..<position - 1])
        guard !part.isEmpty else { throw mistake("a name is empty", at: start) }
        return part
    }

    private mutating func sign(_ first: Character) throws -> String {
        let pair = position + 1 < characters.count ? String([first, characters[position + 1]]) : ""
        if ["==", "!=", "<>", "<=", ">="].contains(pair) {
            position += 2
            return pair == "<>" ? "!=" : pair
        }
        if let word = ["&&": "and", "||": "or"][pair] {
            throw mistake("`\(pair)` is not known here", fix: "write `\(word)`", at: position)
        }
        if first == "!" { throw mistake("`!` is not known here", fix: "write `not`", at: position) }
        guard "=<>+-*/%()[],".contains(first) else {
            throw mistake(
                "`\(first)` cannot stand in an expression",
                fix: "put text in quotes, and names with other signs than letters, digits, `_` and `.` in back-quotes",
                at: position
            )
        }
        position += 1
        return first == "=" ? "==" : String(first)
    }
}
