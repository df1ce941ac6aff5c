import RepriseModel

extension SearchFilter {
    /// The most bytes that a filter may have.
    static let lengthLimit = 200_000
    static let termLimit = 200
    /// The deepest that parentheses and `not` may nest.
    static let depthLimit = 50
    /// The most values that the lists of a filter may have together.
    static let valueLimit = 10_000

    /// Reads a filter; an empty one holds for everything.
    init(_ text: String, of subject: SearchSubject) throws {
        guard text.utf8.count <= Self.lengthLimit else {
            throw SearchMistake.plain("Invalid filter: it has more than \(Self.lengthLimit) bytes")
        }
        var lexer = SearchLexer(text)
        var parser = SearchParser(tokens: try lexer.tokens(), subject: subject)
        self = try parser.whole()
    }
}

/// Reads by precedence: `or`, `and`, `not`, comparisons.
struct SearchParser {
    private let tokens: [SearchToken]
    private let subject: SearchSubject
    private var position = 0
    private var depth = 0
    private var termCount = 0
    private var valueCount = 0

    init(tokens: [SearchToken], subject: SearchSubject) {
        self.tokens = tokens
        self.subject = subject
    }

    private var next: SearchToken { tokens[min(position, tokens.count - 1)] }

    mutating func whole() throws -> SearchFilter {
        if next.kind == .end { return .everything }
        let filter = try disjunction()
        if take(.semicolon), next.kind != .end {
            throw SearchMistake.syntax(
                "Search filter contained multiple expression",
                at: next.offset,
                fix: "Provide AND-ed expression list."
            )
        }
        guard next.kind == .end else { throw unexpected("`AND`, `OR` or the end") }
        return filter
    }

    private func unexpected(_ expected: String, fix: String? = nil) -> Mistake {
        // At the end, what stands before it is what is not whole.
        let source = next.kind == .end && position > 0 ? tokens[position - 1].source : next.source
        let why = next.kind == .end ? "the end stands where \(expected) should be" : "expected \(expected)"
        return SearchMistake.clause(source, at: next.offset, why: why, fix: fix)
    }

    private mutating func take(_ kind: SearchToken.Kind) -> Bool {
        guard next.kind == kind else { return false }
        position += 1
        return true
    }

    private mutating func take(word: String) -> Bool {
        guard next.isWord(word) else { return false }
        position += 1
        return true
    }

    private mutating func advance() -> SearchToken {
        defer { position += 1 }
        return next
    }

    private mutating func disjunction() throws -> SearchFilter {
        var parts = [try conjunction()]
        while take(word: "or") { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    /// As in the real server, `AND` may be missing between two comparisons, and may stand where it joins nothing.
    private mutating func conjunction() throws -> SearchFilter {
        var parts: [SearchFilter] = []
        while true {
            while take(word: "and") {}
            if next.isWord("or") || [.end, .close, .semicolon].contains(next.kind) { break }
            parts.append(try negation())
        }
        guard !parts.isEmpty else { throw unexpected("a comparison such as `metrics.loss < 0.1`") }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func negation() throws -> SearchFilter {
        if take(word: "not") { return .not(try deeper { try $0.negation() }) }
        if take(.open) {
            let inner = try deeper { try $0.disjunction() }
            guard take(.close) else { throw unexpected("`)`") }
            return inner
        }
        return .term(try term())
    }

    private mutating func deeper(_ read: (inout SearchParser) throws -> SearchFilter) throws -> SearchFilter {
        depth += 1
        defer { depth -= 1 }
        guard depth <= SearchFilter.depthLimit else {
            throw SearchMistake.syntax(
                "Invalid filter: it nests deeper than \(SearchFilter.depthLimit)",
                at: next.offset
            )
        }
        return try read(&self)
    }

    // MARK: One comparison

    private mutating func term() throws -> SearchTerm {
        termCount += 1
        guard termCount <= SearchFilter.termLimit else {
            throw SearchMistake.syntax(
                "Invalid filter: it has more than \(SearchFilter.termLimit) comparisons",
                at: next.offset
            )
        }
        let name = next
        let identifier = try identifier()
        let (comparison, written) = try comparator()
        let (entity, key) = try SearchNameReading(subject: subject).name(identifier)
        let reading = SearchTermReading(subject: subject, entity: entity, key: key, name: name)
        guard comparison != .isNull, comparison != .isNotNull else { return try reading.term(isNull: comparison) }
        let value = next
        if comparison == .among || comparison == .notAmong {
            guard take(.open) else { throw unexpected("a list such as `('a', 'b')`") }
            try reading.checkTakesList(value)
            return try reading.term(comparison, written: written, list: try texts(from: value), at: value)
        }
        guard value.kind != .end else { throw unexpected("a value") }
        position += 1
        return try reading.term(comparison, written: written, value: value)
    }

    private func comparisonMistake(_ what: String, at token: SearchToken) -> Mistake {
        SearchMistake.syntax("Invalid comparison clause. \(what)", at: token.offset)
    }

    private mutating func identifier() throws -> SearchToken {
        switch next.kind {
        case .name, .doubleQuoted: return advance()
        case .word(let word) where !["and", "or", "in", "is", "like", "ilike"].contains(word.lowercased()):
            return advance()
        case .integer, .number, .badNumber, .singleQuoted:
            throw comparisonMistake("Expected 'Identifier' found '\(SearchMistake.shortened(next.source))'", at: next)
        default: throw unexpected("a comparison such as `metrics.loss < 0.1`")
        }
    }

    /// The comparison, or nil with what was written where there is none of that name.
    private mutating func comparator() throws -> (SearchComparison?, String) {
        let token = next
        if case .comparator(let sign) = token.kind {
            position += 1
            return (SearchComparison(rawValue: sign), sign)
        }
        if take(word: "is") {
            let isNegated = take(word: "not")
            guard take(word: "null") else { throw unexpected("`NULL`") }
            return (isNegated ? .isNotNull : .isNull, "IS NULL")
        }
        let prefix = take(word: "not") ? "NOT " : ""
        guard case .word(let word) = next.kind else {
            throw unexpected("a comparator such as `=`")
        }
        let written = prefix + word.uppercased()
        guard let comparison = SearchComparison(rawValue: written) else {
            guard ["RLIKE", "REGEXP", "CONTAINS"].contains(word.uppercased()) else {
                throw unexpected("a comparator such as `=`")
            }
            position += 1
            return (nil, written)
        }
        position += 1
        return (comparison, written)
    }

    /// The texts of a list behind its parenthesis.
    private mutating func texts(from start: SearchToken) throws -> [String] {
        let base = "While parsing a list in the query, expected"
        var texts: [String] = []
        while !take(.close) {
            if !texts.isEmpty {
                guard take(.comma) else {
                    throw SearchMistake.syntax(
                        "\(base) a non-empty list of string values, but got ill-formed list.",
                        at: next.offset,
                        why: "expected `,` or `)`"
                    )
                }
                if take(.close) { break }
            }
            let token = advance()
            switch token.kind {
            case .singleQuoted(let text), .doubleQuoted(let text): texts.append(text)
            case .integer, .number:
                throw SearchMistake.syntax(
                    "\(base) string value, punctuation, or whitespace, but got different type in list: \(token.source)",
                    at: token.offset
                )
            default:
                throw SearchMistake.syntax(
                    "\(base) a non-empty list of string values, but got ill-formed list.",
                    at: token.offset
                )
            }
            valueCount += 1
            guard valueCount <= SearchFilter.valueLimit else {
                throw SearchMistake.syntax(
                    "Invalid filter: its lists have more than \(SearchFilter.valueLimit) values",
                    at: token.offset
                )
            }
        }
        guard !texts.isEmpty else {
            throw SearchMistake.syntax(
                "\(base) a non-empty list of string values, but got empty list",
                at: start.offset
            )
        }
        return texts
    }
}
