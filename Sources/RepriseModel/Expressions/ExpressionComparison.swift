extension ExpressionComparison {
    /// Compares; nil where one side is `null`, or where values of different kinds have no order.
    func apply(_ left: ExpressionValue, _ right: ExpressionValue) throws -> Bool? {
        if left.isNull || right.isNull { return nil }
        switch self {
        case .equal: return try equal(left, right)
        case .unequal: return try equal(left, right).map { !$0 }
        case .less, .atMost, .greater, .atLeast: return try ordered(aligned(left, right))
        case .among: return try among(left, right)
        case .contains: return try contains(left, right)
        case .like: return texts(left, right).map { wildcardMatch($0, pattern: $1) }
        case .matches: return try texts(left, right).map { try regularMatch($0, pattern: $1) }
        }
    }

    private func texts(_ left: ExpressionValue, _ right: ExpressionValue) -> (String, String)? {
        guard case .value(.string(let text)) = left, case .value(.string(let pattern)) = right else { return nil }
        return (text, pattern)
    }

    private func equal(_ left: ExpressionValue, _ right: ExpressionValue) throws -> Bool? {
        switch try aligned(left, right) {
        case (.time(let a), .time(let b)): return a == b
        case (.value(let a), .value(let b)): return Self.equal(a, b)
        default: return false
        }
    }

    /// `1` equals `1.0`; NaN equals nothing.
    private static func equal(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.integer(let a), .integer(let b)): a == b
        case (.integer, .number), (.number, .integer), (.number, .number): left.doubleValue == right.doubleValue
        case (.list(let a), .list(let b)): a.count == b.count && zip(a, b).allSatisfy { equal($0, $1) }
        default: left.canonical == right.canonical
        }
    }

    func ordered(_ left: ExpressionValue, _ right: ExpressionValue) -> Bool? { ordered((left, right)) }

    private func ordered(_ pair: (ExpressionValue, ExpressionValue)) -> Bool? {
        switch pair {
        case (.time(let a), .time(let b)): holds(a.milliseconds, b.milliseconds)
        case (.value(.integer(let a)), .value(.integer(let b))): holds(a, b)
        case (.value(.string(let a)), .value(.string(let b))): holds(a, b)
        case (.value(let a), .value(let b)):
            if let a = a.doubleValue, let b = b.doubleValue { holds(a, b) } else { nil }
        default: nil
        }
    }

    private func holds<Operand: Comparable>(_ a: Operand, _ b: Operand) -> Bool {
        switch self {
        case .less: a < b
        case .atMost: a <= b
        case .greater: a > b
        default: a >= b
        }
    }

    /// A text beside a time is read as a time.
    private func aligned(
        _ left: ExpressionValue,
        _ right: ExpressionValue
    ) throws -> (ExpressionValue, ExpressionValue) {
        switch (left, right) {
        case (.time, .value(.string(let text))): (left, .time(try time(text)))
        case (.value(.string(let text)), .time): (.time(try time(text)), right)
        default: (left, right)
        }
    }

    private func time(_ text: String) throws -> Timestamp {
        if let time = Timestamp(text) { return time }
        throw Mistake(
            "`\(text.prefix(60))` is no time",
            fix: "write `2026-03-01`, `2026-03-01 14:30` or `2026-03-01T14:30:00Z`; times are UTC",
            code: "not-a-time"
        )
    }

    private func among(_ left: ExpressionValue, _ right: ExpressionValue) throws -> Bool? {
        guard case .value(.list(var items)) = right else { return nil }
        if items.count == 1, case .list(let inner) = items[0] { items = inner }
        var isOpen = false
        for item in items {
            guard item != .null else {
                isOpen = true
                continue
            }
            if try equal(left, .value(item)) == true { return true }
        }
        return isOpen ? nil : false
    }

    private func contains(_ left: ExpressionValue, _ right: ExpressionValue) throws -> Bool? {
        if case .value(.list(let items)) = left {
            return try items.contains { try $0 != .null && equal(.value($0), right) == true }
        }
        return texts(left, right).map { text, part in part.isEmpty || text.firstRange(of: part) != nil }
    }
}

/// Whether the whole text fits a pattern in which `*` stands for any text and `?` for one character.
func wildcardMatch(_ text: String, pattern: String) -> Bool {
    let text = Array(text)
    let pattern = Array(pattern)
    var (t, p) = (0, 0)
    var star: (pattern: Int, text: Int)?
    while t < text.count {
        if p < pattern.count, pattern[p] == "*" {
            star = (p, t)
            p += 1
        } else if p < pattern.count, pattern[p] == "?" || pattern[p] == text[t] {
            p += 1
            t += 1
        } else if let last = star {
            star = (last.pattern, last.text + 1)
            p = last.pattern + 1
            t = last.text + 1
        } else {
            return false
        }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
}

private func regularMatch(_ text: String, pattern: String) throws -> Bool {
    do {
        return try Regex(pattern).firstMatch(in: text) != nil
    } catch {
        throw Mistake(
            "`\(pattern.prefix(60))` is no regular expression",
            why: "\(error)",
            code: "not-a-regular-expression"
        )
    }
}
