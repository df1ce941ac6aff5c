import GRDB
import RepriseModel

/// What SQLite can decide of an expression: a condition that holds at least wherever the expression does.
///
/// It only thins out; every run that is left is judged by the expression itself. So a part that SQL would see differently
/// (other kinds of values, text in another order, negations) may be left out, but none may be too strict.
struct ExpressionCondition {
    private(set) var sql: String
    private(set) var arguments: [any DatabaseValueConvertible]

    /// Nil where nothing of the expression can be said in SQL.
    init?(_ expression: Expression) {
        switch expression {
        case .all(let parts):
            // What cannot be said may be left out of a conjunction.
            self.init(parts.compactMap { ExpressionCondition($0) }, joinedBy: " AND ")
        case .any(let parts):
            let conditions = parts.compactMap { ExpressionCondition($0) }
            guard conditions.count == parts.count else { return nil }
            self.init(conditions, joinedBy: " OR ")
        case .comparison(let comparison, .name(let name), .literal(let value)):
            self.init(name, comparison, value)
        case .comparison(let comparison, .literal(let value), .name(let name)):
            guard let turned = comparison.turned else { return nil }
            self.init(name, turned, value)
        case .comparison(.among, .name(let name), .list(let items)):
            let values = items.compactMap { if case .literal(let value) = $0 { value } else { nil } }
            guard values.count == items.count else { return nil }
            let conditions = values.compactMap { ExpressionCondition(name, .equal, $0) }
            guard conditions.count == values.count else { return nil }
            self.init(conditions, joinedBy: " OR ")
        case .call(let call):
            guard call.function == "tag", case .literal(.string(let tag))? = call.arguments.first else { return nil }
            self.init("EXISTS (SELECT 1 FROM tag WHERE tag.run = run.number AND tag.name = ?)", [tag])
        default: return nil
        }
    }

    private init(_ sql: String, _ arguments: [any DatabaseValueConvertible]) {
        self.sql = sql
        self.arguments = arguments
    }

    private init?(_ conditions: [ExpressionCondition], joinedBy word: String) {
        guard !conditions.isEmpty else { return nil }
        sql = "(" + conditions.map(\.sql).joined(separator: word) + ")"
        arguments = conditions.flatMap(\.arguments)
    }

    private init?(_ name: ExpressionName, _ comparison: ExpressionComparison, _ value: Value) {
        guard let operation = comparison.sqlOperator, let operand = Operand(value, comparison) else { return nil }
        switch RunName(name) {
        case .parameter(let parameter):
            sql = "(SELECT value FROM parameter WHERE run = run.number AND name = ?) \(operation) ?"
            arguments = [parameter, operand.value]
        case .own(let own):
            guard let column = own.column, own.isNumber == operand.isNumber else { return nil }
            sql = "\(column) \(operation) ?"
            arguments = [operand.value]
        case .metric(let readings):
            guard operand.isNumber, readings.allSatisfy({ $0.field != .time }) else { return nil }
            let parts = readings.map { reading in
                "(SELECT \(reading.field.column) FROM series WHERE run = run.number AND key = ?) \(operation) ?"
            }
            sql = "(" + parts.joined(separator: " OR ") + ")"
            arguments = readings.flatMap { [$0.key, operand.value] as [any DatabaseValueConvertible] }
        case .tag, .tags: return nil
        }
    }

    /// A value that SQL compares with as the expression language does.
    private struct Operand {
        var value: any DatabaseValueConvertible
        var isNumber: Bool

        init?(_ value: Value, _ comparison: ExpressionComparison) {
            // Beyond 2⁵³ whole numbers and doubles are equal in one language and not in the other.
            let limit = 9_007_199_254_740_992.0
            switch value {
            case .bool(let flag) where comparison == .equal: (self.value, isNumber) = (flag ? 1 : 0, true)
            case .integer(let number) where abs(Double(number)) < limit: (self.value, isNumber) = (number, true)
            case .number(let number) where abs(number) < limit: (self.value, isNumber) = (number, true)
            case .string(let text) where comparison == .equal && text.utf8.allSatisfy { $0 < 0x80 }:
                (self.value, isNumber) = (text, false)
            default: return nil
            }
        }
    }
}

extension ExpressionComparison {
    /// The comparison with its sides exchanged.
    fileprivate var turned: ExpressionComparison? {
        switch self {
        case .equal: .equal
        case .less: .greater
        case .atMost: .atLeast
        case .greater: .less
        case .atLeast: .atMost
        default: nil
        }
    }

    /// Nil for what SQL would judge more strictly: NaN, kept as NULL, is unequal to everything.
    fileprivate var sqlOperator: String? {
        switch self {
        case .equal, .less, .atMost, .greater, .atLeast: self == .equal ? "=" : rawValue
        default: nil
        }
    }
}

extension OwnName {
    fileprivate var isNumber: Bool {
        switch self {
        case .variant, .replicate, .exitStatus, .duration: true
        default: false
        }
    }

    /// Times are left to the expression, which reads texts as times.
    fileprivate var column: String? {
        switch self {
        case .created, .started, .ended, .deleted: nil
        case .duration: "(run.ended_at - run.started_at) / 1000.0"
        default: "run." + rawValue
        }
    }
}

extension SeriesField {
    fileprivate var column: String {
        switch self {
        case .step: "last_step"
        case .time: "last_time"
        default: rawValue
        }
    }
}
