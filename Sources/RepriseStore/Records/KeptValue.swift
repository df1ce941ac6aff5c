import GRDBSQLite
import RepriseModel

/// A typed value in a column `kind` and a column `value`, such that SQL can compare it.
struct KeptValue: SQLInput {
    enum Kind: String {
        case null, boolean, integer, number, string, list, map
    }

    let value: Value

    init(_ value: Value) { self.value = value }

    var kind: Kind {
        switch value {
        case .null: .null
        case .bool: .boolean
        case .integer: .integer
        case .number: .number
        case .string: .string
        case .list: .list
        case .map: .map
        }
    }

    /// Lists and maps are kept as JSON, booleans as 1 and 0, NaN as NULL.
    func bind(to statement: OpaquePointer, at index: inout Int32) {
        switch value {
        case .null: Int64?.none.bind(to: statement, at: &index)
        case .bool(let flag): flag.bind(to: statement, at: &index)
        case .integer(let number): number.bind(to: statement, at: &index)
        case .number(let number): number.bind(to: statement, at: &index)
        case .string(let text): text.bind(to: statement, at: &index)
        case .list, .map: value.json().bind(to: statement, at: &index)
        }
    }
}

extension SQLQuery {
    /// The value that `KeptValue` wrote.
    func keptValue(kind: Int32, value: Int32) throws -> Value {
        switch KeptValue.Kind(rawValue: text(kind)) {
        case .boolean: .bool(int64(value) != 0)
        case .integer: .integer(int64(value))
        case .number: .number(double(value))
        case .string: .string(text(value))
        case .list, .map: try self.value(json: value)
        case .null, nil: .null
        }
    }
}
