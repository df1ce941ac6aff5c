import GRDB

@testable import RepriseStore

/// How SQLite would go about a query.
enum SQLQueryPlan {
    static func lines(of sql: String, in database: Database) throws -> [String] {
        let query = try SQLQuery(database, "EXPLAIN QUERY PLAN \(sql)")
        var lines: [String] = []
        while try query.step() { lines.append(query.text(3)) }
        return lines
    }
}
