/// Cuts a filter into words.
///
/// A quote within a text is doubled or stands behind a backslash, which means itself everywhere else.
struct SearchLexer {
    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    mutating func tokens() throws -> [SearchToken] {
        var tokens: [SearchToken] = []
        while true {
            while let next, next.properties.isWhitespace { position += 1 }
            let start = position
            let kind = try self.kind()
            tokens.append(SearchToken(kind: kind, offset: start, source: source(from: start)))
            if kind == .end { return tokens }
        }
    }

    private var next: Unicode.Scalar? { peek(0) }

    private func peek(_ count: Int) -> Unicode.Scalar? {
        position + count < scalars.count ? scalars[position + count] : nil
    }

    private func source(from start: Int) -> String { text(start..<position) }

    private func text(_ range: Range<Int>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[range])
        return String(text)
    }

    private mutating func kind() throws -> SearchToken.Kind {
        guard let first = next else { return .end }
        switch first {
        case "'": return .singleQuoted(try quoted())
        case "\"": return .doubleQuoted(try quoted())
        case "(": return sign(.open)
        case ")": return sign(.close)
        case ",": return sign(.comma)
        case ";": return sign(.semicolon)
        case "=", "!", "<", ">", "~": return comparator()
        default: break
        }
        if isDigit(first) || "-.".unicodeScalars.contains(first) && startsNumber() { return number() }
        if first == "`" || isNamePart(first) { return try name() }
        return sign(.other)
    }

    private mutating func sign(_ kind: SearchToken.Kind) -> SearchToken.Kind {
        position += 1
        return kind
    }

    private mutating func comparator() -> SearchToken.Kind {
        let start = position
        while let next, "=!<>~".unicodeScalars.contains(next) { position += 1 }
        return .comparator(source(from: start))
    }

    private func isDigit(_ scalar: Unicode.Scalar?) -> Bool { scalar.map { "0"..."9" ~= $0 } ?? false }

    private func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isAlphabetic || isDigit(scalar)
    }

    /// Behind the first point names are taken as widely as metrics are named.
    private func isKeyPart(_ scalar: Unicode.Scalar) -> Bool {
        isNamePart(scalar) || ".-/:@".unicodeScalars.contains(scalar)
            || scalar.value > 0x7f && !scalar.properties.isWhitespace
    }

    // MARK: Numbers

    private func startsNumber() -> Bool {
        if next == "." { return isDigit(peek(1)) }
        return isDigit(peek(1)) || peek(1) == "." && isDigit(peek(2))
    }

    private mutating func number() -> SearchToken.Kind {
        let start = position
        position += 1
        while let next {
            let isExponentSign = (next == "-" || next == "+") && "eE".unicodeScalars.contains(scalars[position - 1])
            guard isNamePart(next) || next == "." || isExponentSign else { break }
            position += 1
        }
        let text = source(from: start)
        guard text.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }) else { return .badNumber }
        if let integer = Int64(text) { return .integer(integer) }
        return Double(text).map { .number($0) } ?? .badNumber
    }

    // MARK: Texts

    private mutating func quoted() throws -> String {
        let start = position
        let quote = scalars[position]
        position += 1
        var text = String.UnicodeScalarView()
        /// Where the text would end if the last quote behind a backslash were its end: `'C:\'`.
        var otherEnd: (position: Int, text: String.UnicodeScalarView)?
        while let scalar = next {
            position += 1
            if scalar == quote {
                guard next == quote else { return String(text) }
                position += 1
                text.append(quote)
            } else if scalar == "\\", next == quote {
                text.append(scalar)
                otherEnd = (position + 1, text)
                text.removeLast()
                text.append(quote)
                position += 1
            } else {
                text.append(scalar)
            }
        }
        if let otherEnd {
            position = otherEnd.position
            return String(otherEnd.text)
        }
        throw SearchMistake.clause(
            self.text(start..<scalars.count),
            at: start,
            why: "a text does not end",
            fix: "close it with \(quote)"
        )
    }

    // MARK: Names

    private mutating func name() throws -> SearchToken.Kind {
        let isQuoted = next == "`"
        let first = try isQuoted ? backQuoted() : plain(isNamePart)
        guard next == "." else { return isQuoted ? .name(entity: nil, key: first) : .word(first) }
        position += 1
        switch next {
        case "`": return .name(entity: first, key: try backQuoted())
        case "'", "\"": return .name(entity: first, key: try quoted())
        default:
            let key = plain(isKeyPart)
            return .name(entity: first, key: key)
        }
    }

    private mutating func plain(_ isPart: (Unicode.Scalar) -> Bool) -> String {
        let start = position
        while let next, isPart(next) { position += 1 }
        return source(from: start)
    }

    private mutating func backQuoted() throws -> String {
        let start = position
        position += 1
        while let next, next != "`" { position += 1 }
        guard next != nil else {
            throw SearchMistake.clause(
                text(start..<scalars.count),
                at: start,
                why: "a name does not end",
                fix: "close it with a back-quote"
            )
        }
        position += 1
        return text(start + 1..<position - 1)
    }
}
