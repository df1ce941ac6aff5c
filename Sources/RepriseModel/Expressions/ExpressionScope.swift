/// What an expression computes with: a value, or a moment in time.
public enum ExpressionValue: Hashable, Sendable {
    case value(Value)
    case time(Timestamp)

    public static let null = ExpressionValue.value(.null)

    /// What a message calls this kind of value.
    public var kind: String {
        switch self {
        case .value(let value): value.kind
        case .time: "time"
        }
    }

    var isNull: Bool { self == .value(.null) }
}

/// What the names and functions of an expression mean where it is evaluated.
public protocol ExpressionScope {
    /// What the name stands for. A scope in which every name must be known throws for an unknown one, another
    /// answers `.null`.
    func value(of name: ExpressionName) throws -> ExpressionValue

    /// Applies a function of the scope. Only functions that the parser was told of are asked for.
    func call(_ call: ExpressionCall, _ arguments: [ExpressionValue]) throws -> ExpressionValue
}

extension ExpressionScope {
    public func call(_ call: ExpressionCall, _ arguments: [ExpressionValue]) throws -> ExpressionValue { .null }
}

/// A function that expressions may use, with how many arguments it takes.
public struct ExpressionFunction: Hashable, Sendable {
    public var name: String
    public var arguments: ClosedRange<Int>

    public init(_ name: String, arguments: ClosedRange<Int>) {
        self.name = name
        self.arguments = arguments
    }

    /// What every expression may use.
    static let standard = [
        ExpressionFunction("abs", arguments: 1...1), ExpressionFunction("round", arguments: 1...1),
        ExpressionFunction("floor", arguments: 1...1), ExpressionFunction("ceiling", arguments: 1...1),
        ExpressionFunction("min", arguments: 1...100), ExpressionFunction("max", arguments: 1...100),
        ExpressionFunction("length", arguments: 1...1), ExpressionFunction("lower", arguments: 1...1),
        ExpressionFunction("upper", arguments: 1...1), ExpressionFunction("first", arguments: 1...100),
    ]
}
