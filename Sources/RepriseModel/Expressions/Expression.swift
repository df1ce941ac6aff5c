/// A condition or a calculation as people write it in a sweep's `where` and in `query`:
/// `lr < 0.1 and metrics.accuracy.max > 0.9 or tag("baseline")`.
///
/// The language is described in docs/expressions.md. Evaluation knows three truth values, as SQL does: what is
/// computed from `null` is `null`, and a condition that is `null` does not hold.
public indirect enum Expression: Hashable, Sendable {
    case literal(Value)
    case name(ExpressionName)
    case call(ExpressionCall)
    case list([Expression])
    case not(Expression)
    case negative(Expression)
    /// Holds where all parts hold.
    case all([Expression])
    /// Holds where one part holds.
    case any([Expression])
    case comparison(ExpressionComparison, Expression, Expression)
    case arithmetic(ExpressionArithmetic, Expression, Expression)
    case isNull(Expression)
}

/// A name as it stands in an expression. What it means is for the scope to say.
public struct ExpressionName: Hashable, Sendable {
    /// `metrics`, `val/loss`, `max` for ``metrics.`val/loss`.max``.
    public var parts: [String]
    public var place: Place

    public init(parts: [String], place: Place) {
        self.parts = parts
        self.place = place
    }

    /// The parts joined by dots.
    public var text: String { parts.joined(separator: ".") }
}

/// A function with what it is applied to.
public struct ExpressionCall: Hashable, Sendable {
    public var function: String
    public var arguments: [Expression]
    public var place: Place

    public init(function: String, arguments: [Expression], place: Place) {
        self.function = function
        self.arguments = arguments
        self.place = place
    }
}

public enum ExpressionComparison: String, Hashable, Sendable {
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case atMost = "<="
    case greater = ">"
    case atLeast = ">="
    case among = "in"
    /// The whole text fits a pattern of `*` and `?`.
    case like
    /// A text has the other in it, or a list has the value among its items.
    case contains
    /// Some part of the text fits a regular expression.
    case matches
}

public enum ExpressionArithmetic: String, Hashable, Sendable {
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divided = "/"
    case remainder = "%"
}

extension Expression {
    /// Every name in the expression, in the order written.
    public var names: [ExpressionName] {
        switch self {
        case .literal: []
        case .name(let name): [name]
        case .call(let call): call.arguments.flatMap(\.names)
        case .list(let parts), .all(let parts), .any(let parts): parts.flatMap(\.names)
        case .not(let part), .negative(let part), .isNull(let part): part.names
        case .comparison(_, let left, let right), .arithmetic(_, let left, let right): left.names + right.names
        }
    }

    /// Every function in the expression, in the order written.
    public var calls: [ExpressionCall] {
        switch self {
        case .literal, .name: []
        case .call(let call): [call] + call.arguments.flatMap(\.calls)
        case .list(let parts), .all(let parts), .any(let parts): parts.flatMap(\.calls)
        case .not(let part), .negative(let part), .isNull(let part): part.calls
        case .comparison(_, let left, let right), .arithmetic(_, let left, let right): left.calls + right.calls
        }
    }
}
