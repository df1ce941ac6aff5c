import GRDB
import GRDBSQLite

/// A piece of SQL with the values of its question marks, in their order.
struct SQLFragment: Sendable {
    var sql: String
    var values: [any SQLInput]

    init(_ sql: String, _ values: [any SQLInput] = []) {
        self.sql = sql
        self.values = values
    }

    init(_ parts: [SQLFragment], joinedBy separator: String) {
        sql = parts.map(\.sql).joined(separator: separator)
        values = parts.flatMap(\.values)
    }

    static func + (left: SQLFragment, right: SQLFragment) -> SQLFragment {
        SQLFragment(left.sql + right.sql, left.values + right.values)
    }

    static func + (left: SQLFragment, right: String) -> SQLFragment { SQLFragment(left.sql + right, left.values) }
}

extension Database {
    /// Calls `body` for each row of a statement that is compiled for this once, since its text is a person's making and
    /// a cache of such would grow without end.
    func eachRow(of fragment: SQLFragment, _ body: (borrowing SQLQuery) throws -> Void) throws {
        let statement = try makeStatement(sql: fragment.sql)
        try withExtendedLifetime(statement) {
            let query = SQLQuery(bound: statement.sqliteStatement)
            query.bind(all: fragment.values)
            while try query.step() { try body(query) }
        }
    }
}
