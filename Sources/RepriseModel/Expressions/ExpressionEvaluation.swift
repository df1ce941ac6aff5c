import OrderedCollections

extension Expression {
    /// Whether the condition holds. `null` does not; a result that is no truth value is an error.
    public func holds(in scope: some ExpressionScope) throws -> Bool { try truth(in: scope) ?? false }

    /// What the expression comes to.
    public func evaluate(in scope: some ExpressionScope) throws -> ExpressionValue {
        switch self {
        case .literal(let value): return .value(value)
        case .name(let name): return try scope.value(of: name)
        case .call(let call):
            let arguments = try call.arguments.map { try $0.evaluate(in: scope) }
            return try call.standard(arguments) ?? scope.call(call, arguments)
        case .list(let items): return .value(.list(try items.map { try $0.evaluate(in: scope).plain }))
        case .negative(let part): return try ExpressionArithmetic.minus.apply(.value(0), part.evaluate(in: scope))
        case .arithmetic(let operation, let left, let right):
            return try operation.apply(left.evaluate(in: scope), right.evaluate(in: scope))
        case .not, .all, .any, .comparison, .isNull:
            return .value(try truth(in: scope).map(Value.bool) ?? .null)
        }
    }

    private func truth(in scope: some ExpressionScope) throws -> Bool? {
        switch self {
        case .not(let part): return try part.truth(in: scope).map { !$0 }
        case .all(let parts): return try decide(parts, by: false, in: scope)
        case .any(let parts): return try decide(parts, by: true, in: scope)
        case .isNull(let part): return try part.evaluate(in: scope).isNull
        case .comparison(let comparison, let left, let right):
            return try comparison.apply(left.evaluate(in: scope), right.evaluate(in: scope))
        default:
            let result = try evaluate(in: scope)
            if result.isNull { return nil }
            guard case .value(.bool(let flag)) = result else {
                throw Mistake(
                    "a condition comes to a \(result.kind), not to true or false",
                    fix: "compare it with something, as in `x > 0`",
                    code: "not-a-condition",
                    place: names.first?.place
                )
            }
            return flag
        }
    }

    /// The first part that comes to `decisive` decides; without one, a `null` leaves it open.
    private func decide(_ parts: [Expression], by decisive: Bool, in scope: some ExpressionScope) throws -> Bool? {
        var isOpen = false
        for part in parts {
            let truth = try part.truth(in: scope)
            if truth == decisive { return decisive }
            if truth == nil { isOpen = true }
        }
        return isOpen ? nil : !decisive
    }
}

extension ExpressionValue {
    /// Times inside lists become text, which compares as they do.
    fileprivate var plain: Value {
        switch self {
        case .value(let value): value
        case .time(let time): .string(time.description)
        }
    }
}

extension ExpressionCall {
    /// The result of a function that every expression has; nil where it is the scope's.
    fileprivate func standard(_ arguments: [ExpressionValue]) -> ExpressionValue? {
        guard ExpressionFunction.standard.contains(where: { $0.name == function }) else { return nil }
        if function == "first" { return arguments.first { !$0.isNull } ?? .null }
        if function == "min" || function == "max" {
            let wanted: ExpressionComparison = function == "min" ? .less : .greater
            return arguments.reduce(arguments[0]) { best, other in
                if best.isNull || other.isNull { return .null }
                return wanted.ordered(other, best) == true ? other : best
            }
        }
        guard case .value(let value)? = arguments.first else { return .null }
        return .value(apply(to: value))
    }

    private func apply(to value: Value) -> Value {
        switch (function, value) {
        case ("abs", .integer(let number)): number == .min ? .number(-Double(number)) : .integer(abs(number))
        case ("abs", .number(let number)): .number(abs(number))
        case ("round", .number(let number)): .number(number.rounded())
        case ("floor", .number(let number)): .number(number.rounded(.down))
        case ("ceiling", .number(let number)): .number(number.rounded(.up))
        case ("round", .integer), ("floor", .integer), ("ceiling", .integer): value
        case ("length", .string(let text)): .integer(Int64(text.count))
        case ("length", .list(let items)): .integer(Int64(items.count))
        case ("length", .map(let map)): .integer(Int64(map.count))
        case ("lower", .string(let text)): .string(text.lowercased())
        case ("upper", .string(let text)): .string(text.uppercased())
        default: .null
        }
    }
}
