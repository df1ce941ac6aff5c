extension Expression {
    /// The most characters that an expression may have.
    static let lengthLimit = 20_000
    /// The deepest that parentheses, `not` and minus may nest, and the longest chain of sums.
    static let depthLimit = 60

    /// Reads an expression.
    ///
    /// `functions` are those of the scope in which it will be evaluated, beside those that every expression has.
    /// `place` is where the text begins, so that errors point into the file.
    public init(_ text: String, functions: [ExpressionFunction] = [], at place: Place? = nil) throws {
        let base = place ?? Place(file: "expression", line: 1, column: 1)
        let isOneLine = !text.contains(where: \.isNewline)
        func placing(_ offset: Int) -> Place {
            guard isOneLine, let column = base.column else { return base }
            return Place(file: base.file, line: base.line, column: column + offset)
        }
        guard text.count <= Self.lengthLimit else {
            throw Mistake(
                "the expression has more than \(Self.lengthLimit) characters",
                code: "expression-too-long",
                place: base
            )
        }
        var lexer = ExpressionLexer(text, place: placing)
        var known: [String: ExpressionFunction] = [:]
        for function in ExpressionFunction.standard + functions { known[function.name] = function }
        var parser = ExpressionParser(tokens: try lexer.tokens(), functions: known, place: placing)
        self = try parser.whole()
    }
}

/// Reads by precedence: `or`, `and`, `not`, comparisons, sums, products, minus.
struct ExpressionParser {
    let tokens: [ExpressionToken]
    let functions: [String: ExpressionFunction]
    let place: (Int) -> Place
    var position = 0
    private var depth = 0

    init(tokens: [ExpressionToken], functions: [String: ExpressionFunction], place: @escaping (Int) -> Place) {
        self.tokens = tokens
        self.functions = functions
        self.place = place
    }

    var next: ExpressionToken { tokens[min(position, tokens.count - 1)] }

    mutating func whole() throws -> Expression {
        if next.kind == .end {
            throw Mistake("the expression is empty", code: "expression-syntax", place: place(0))
        }
        let expression = try disjunction()
        guard next.kind == .end else { throw unexpected("the end, `and` or `or`") }
        return expression
    }

    func unexpected(_ expected: String) -> Mistake {
        let found = next.kind == .end ? "the end" : "`\(next.source)`"
        return Mistake(
            "\(found) stands where \(expected) should be",
            code: "expression-syntax",
            place: place(next.offset)
        )
    }

    /// Whether the next word is this keyword, in any case; then it is taken.
    mutating func take(word: String) -> Bool {
        guard isNext(word: word) else { return false }
        position += 1
        return true
    }

    func isNext(word: String, after count: Int = 0) -> Bool {
        guard position + count < tokens.count, case .name(let parts, false) = tokens[position + count].kind else {
            return false
        }
        return parts.count == 1 && parts[0].lowercased() == word
    }

    mutating func take(sign: String) -> Bool {
        guard next.kind == .sign(sign) else { return false }
        position += 1
        return true
    }

    mutating func deeper<Result>(_ read: (inout ExpressionParser) throws -> Result) throws -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Expression.depthLimit else {
            throw Mistake(
                "the expression nests deeper than \(Expression.depthLimit)",
                code: "expression-too-deep",
                place: place(next.offset)
            )
        }
        return try read(&self)
    }

    private mutating func disjunction() throws -> Expression {
        var parts = [try conjunction()]
        while take(word: "or") { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func conjunction() throws -> Expression {
        var parts = [try negation()]
        while take(word: "and") { parts.append(try negation()) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func negation() throws -> Expression {
        guard take(word: "not") else { return try comparison() }
        return .not(try deeper { try $0.negation() })
    }

    private mutating func comparison() throws -> Expression {
        let left = try sum(minimum: 0)
        if take(word: "is") {
            let isNegated = take(word: "not")
            guard take(word: "null") else { throw unexpected("`null`") }
            return isNegated ? .not(.isNull(left)) : .isNull(left)
        }
        let isNegated = isNext(word: "not")
        if isNegated { position += 1 }
        for word in [ExpressionComparison.like, .contains, .matches, .among] where take(word: word.rawValue) {
            let right = word == .among ? try members() : try sum(minimum: 0)
            let comparison = Expression.comparison(word, left, right)
            return isNegated ? .not(comparison) : comparison
        }
        if isNegated { throw unexpected("`in`, `like`, `contains` or `matches`") }
        guard case .sign(let sign) = next.kind, let operation = ExpressionComparison(rawValue: sign) else {
            return left
        }
        position += 1
        return .comparison(operation, left, try sum(minimum: 0))
    }

    /// `(a, b)`, `[a, b]`, or a name that stands for a list.
    private mutating func members() throws -> Expression {
        guard take(sign: "(") else { return try sum(minimum: 0) }
        return .list(try items(until: ")"))
    }

    mutating func items(until close: String) throws -> [Expression] {
        var items: [Expression] = []
        while !take(sign: close) {
            if !items.isEmpty, !take(sign: ",") { throw unexpected("`,` or `\(close)`") }
            items.append(try deeper { try $0.disjunction() })
        }
        return items
    }

    /// Sums and products: `minimum` 0 reads both, 1 products alone.
    private mutating func sum(minimum: Int) throws -> Expression {
        var left = try factor()
        var length = 0
        while case .sign(let sign) = next.kind, let operation = ExpressionArithmetic(rawValue: sign) {
            let level = operation == .plus || operation == .minus ? 0 : 1
            guard level >= minimum else { break }
            position += 1
            length += 1
            guard length <= Expression.depthLimit else {
                throw Mistake(
                    "a sum or product has more than \(Expression.depthLimit) parts",
                    code: "expression-too-deep",
                    place: place(next.offset)
                )
            }
            let right = level == 0 ? try sum(minimum: 1) : try factor()
            left = .arithmetic(operation, left, right)
        }
        return left
    }

    private mutating func factor() throws -> Expression {
        if take(sign: "-") {
            let part = try deeper { try $0.factor() }
            switch part {
            case .literal(.integer(let number)) where number != .min: return .literal(.integer(-number))
            case .literal(.number(let number)): return .literal(.number(-number))
            default: return .negative(part)
            }
        }
        if take(sign: "+") { return try deeper { try $0.factor() } }
        return try primary()
    }

    private mutating func primary() throws -> Expression {
        let token = next
        switch token.kind {
        case .number(let value):
            position += 1
            return .literal(value)
        case .text(let text):
            position += 1
            return .literal(.string(text))
        case .name(let parts, let isQuoted): return try name(parts, isQuoted: isQuoted, at: token.offset)
        case .sign("("):
            position += 1
            let inner = try deeper { try $0.disjunction() }
            guard take(sign: ")") else { throw unexpected("`)`") }
            return inner
        case .sign("["):
            position += 1
            return .list(try items(until: "]"))
        default: throw unexpected("a value or a name")
        }
    }

    private mutating func name(_ parts: [String], isQuoted: Bool, at offset: Int) throws -> Expression {
        if parts.count == 1, !isQuoted {
            switch parts[0].lowercased() {
            case "true", "false": return literal(.bool(parts[0].lowercased() == "true"))
            case "null": return literal(.null)
            case "and", "or", "in", "is", "like", "contains", "matches": throw unexpected("a value or a name")
            default: break
            }
        }
        position += 1
        if !isQuoted, parts.count == 1, take(sign: "(") { return try call(parts[0], at: offset) }
        return .name(ExpressionName(parts: parts, place: place(offset)))
    }

    private mutating func literal(_ value: Value) -> Expression {
        position += 1
        return .literal(value)
    }

    private mutating func call(_ name: String, at offset: Int) throws -> Expression {
        guard let function = functions[name] else {
            let near = nearestName(to: name, among: functions.keys.sorted())
            let all = functions.keys.sorted().map { "`\($0)`" }.joined(separator: ", ")
            throw Mistake(
                "there is no function `\(name)`",
                fix: near.map { "did you mean `\($0)`?" } ?? "the functions here are \(all)",
                code: "unknown-function",
                place: place(offset)
            )
        }
        let arguments = try items(until: ")")
        guard function.arguments.contains(arguments.count) else {
            let range = function.arguments
            let wanted = range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            throw Mistake(
                "`\(name)` takes \(wanted) values, not \(arguments.count)",
                code: "wrong-arguments",
                place: place(offset)
            )
        }
        return .call(ExpressionCall(function: name, arguments: arguments, place: place(offset)))
    }
}
