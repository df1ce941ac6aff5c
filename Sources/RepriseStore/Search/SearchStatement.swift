import GRDB
import GRDBSQLite
import RepriseModel

/// A search as one SELECT: filter, order, and the rows behind the page before.
struct SearchStatement {
    private let subject: SearchSubject
    private let order: [SearchOrder]
    /// A metric that the filter compares and that every row must have: the search begins with its rows, which an index
    /// has side by side.
    private let driver: SearchTerm?
    private let filter: SearchFilter
    private var joins: [SQLFragment] = []
    private var keys: [SearchOrderKey] = []

    init(_ filter: SearchFilter, order: [SearchOrder], of subject: SearchSubject) {
        self.subject = subject
        self.order = order
        // An order by attributes mostly is a walk along an index that ends when the page is full.
        let sortsAnyway = order.first?.entity != .attribute
        driver = sortsAnyway ? Self.driver(of: filter, order: order, subject) : nil
        var rest = filter.conjuncts
        if let driver, let place = rest.firstIndex(of: .term(driver)) { rest.remove(at: place) }
        self.filter = .all(rest)
        for (number, part) in order.enumerated() { add(part, alias: "order\(number)") }
    }

    private static func driver(of filter: SearchFilter, order: [SearchOrder], _ subject: SearchSubject) -> SearchTerm? {
        guard subject.tables[.metric]?.index != nil else { return nil }
        let candidates = filter.conjuncts.compactMap { part in
            if case .term(let term) = part, term.entity == .metric { term } else { nil }
        }
        return candidates.first { $0.key == order.first?.key } ?? candidates.first
    }

    private mutating func add(_ part: SearchOrder, alias: String) {
        if part.entity == .attribute {
            guard let attribute = subject.attribute(named: part.key) else { return }
            // NULL is last where the greatest is first, without being asked.
            if attribute.isNullable, part.isAscending { keys.append(SearchOrderKey(rank: "\(attribute.sql) IS NULL")) }
            keys.append(SearchOrderKey(attribute, isAscending: part.isAscending))
            return
        }
        guard let table = subject.tables[part.entity] else { return }
        let value: String
        if let derived = table.derived[part.key] {
            value = "(\(derived))"
            keys.append(SearchOrderKey(rank: "\(value) IS NULL"))
        } else {
            let isDriver = part.entity == .metric && driver?.key == part.key
            let alias = isDriver ? "driver" : alias
            if !isDriver {
                joins.append(
                    SQLFragment(" LEFT JOIN ") + table.source(as: alias) + " ON \(table.ownership(as: alias)) AND "
                        + table.row(as: alias, key: part.key)
                )
            }
            value = table.orderValue(as: alias)
            keys.append(SearchOrderKey(rank: Self.rank(of: value, table, alias)))
        }
        keys.append(SearchOrderKey(value, isAscending: part.isAscending))
    }

    /// What has a value, what is NaN, what has none.
    private static func rank(of value: String, _ table: SearchTable, _ alias: String) -> String {
        guard case .number = table.valueKind else { return "\(value) IS NULL" }
        return "CASE WHEN \(alias).\(table.key) IS NULL THEN 2 WHEN \(value) IS NULL THEN 1 ELSE 0 END"
    }

    // MARK: As SQL

    /// `columns`, then the order's keys, of the rows within `scope`; one more than `limit`, to see whether there is more.
    func sql(_ columns: [String], within scope: SQLFragment, after: SearchPageToken?, limit: Int) -> SQLFragment {
        var parts = [SQLFragment("SELECT \((columns + keys.map(\.sql)).joined(separator: ", ")) FROM ")]
        var conditions = [scope, SearchCondition(subject: subject).sql(filter)]
        if let driver, let table = subject.tables[.metric] {
            parts.append(table.source(as: "driver"))
            parts.append(SQLFragment(" CROSS JOIN \(subject.table) ON \(table.ownership(as: "driver"))"))
            conditions.insert(
                table.row(as: "driver", key: driver.key) + " AND "
                    + table.comparison(as: "driver", driver.comparison, driver.operand),
                at: 0
            )
        } else {
            parts.append(SQLFragment(subject.table))
        }
        parts += joins
        if let after {
            // Said once more, plainly enough for SQLite to begin there in an index.
            if let value = after.keys.first, let start = keys.first?.isNotBefore(value) { conditions.append(start) }
            conditions.append(behind(after.keys[...], keys[...]))
        }
        parts.append(SQLFragment(" WHERE ") + SQLFragment(conditions, joinedBy: " AND "))
        parts.append(SQLFragment(" ORDER BY \(keys.map(\.ordering).joined(separator: ", ")) LIMIT ?", [limit + 1]))
        return SQLFragment(parts, joinedBy: "")
    }

    /// That a row comes behind the one with these values.
    private func behind(_ values: ArraySlice<SearchPageToken.Key>, _ keys: ArraySlice<SearchOrderKey>) -> SQLFragment {
        guard let value = values.first, let key = keys.first else { return SQLFragment("0") }
        let here = key.isBehind(value)
        guard keys.count > 1 else { return here }
        return SQLFragment("(") + here + " OR " + SQLFragment("\(key.sql) IS ?", [value]) + " AND "
            + behind(values.dropFirst(), keys.dropFirst()) + ")"
    }

    /// Calls `body` with the rows of one page, whose columns are `columns`, and gives the token of the next.
    func eachRow(
        in database: Database,
        _ columns: [String],
        within scope: SQLFragment,
        after token: String?,
        limit: Int,
        _ body: (borrowing SQLQuery) throws -> Void
    ) throws -> String? {
        let after = try token.map { try SearchPageToken($0, order: order, keyCount: keys.count) }
        var count = 0
        var next: String?
        try database.eachRow(of: sql(columns, within: scope, after: after, limit: limit)) { row in
            count += 1
            guard count <= limit else { return }
            try body(row)
            if count == limit {
                let last = keys.indices.map { row.key(Int32(columns.count + $0)) }
                next = SearchPageToken(order: order, keys: last).text
            }
        }
        return count > limit ? next : nil
    }
}

/// One expression of an order.
private struct SearchOrderKey {
    var sql: String
    var isAscending: Bool
    var isNullable: Bool

    init(_ attribute: SearchAttribute, isAscending: Bool) {
        sql = attribute.sql
        self.isAscending = isAscending
        isNullable = attribute.isNullable
    }

    init(_ sql: String, isAscending: Bool) {
        self.sql = sql
        self.isAscending = isAscending
        isNullable = true
    }

    init(rank: String) {
        sql = "(\(rank))"
        isAscending = true
        isNullable = false
    }

    var ordering: String { isAscending ? sql : sql + " DESC" }

    /// That a row does not come before; nil where NULL has to be thought of.
    func isNotBefore(_ value: SearchPageToken.Key) -> SQLFragment? {
        guard !isNullable, value != .null else { return nil }
        return SQLFragment("\(sql) \(isAscending ? ">=" : "<=") ?", [value])
    }

    /// That the key alone says that a row comes behind. Behind NULL nothing comes, for it is last.
    func isBehind(_ value: SearchPageToken.Key) -> SQLFragment {
        if value == .null { return SQLFragment("0") }
        if isAscending { return SQLFragment("\(sql) > ?", [value]) }
        return isNullable ? SQLFragment("(\(sql) < ? OR \(sql) IS NULL)", [value]) : SQLFragment("\(sql) < ?", [value])
    }
}

extension SearchPageToken.Key: SQLInput {
    func bind(to statement: OpaquePointer, at index: inout Int32) {
        switch self {
        case .null: Int64?.none.bind(to: statement, at: &index)
        case .integer(let integer): integer.bind(to: statement, at: &index)
        case .number(let number): number.bind(to: statement, at: &index)
        case .text(let text): text.bind(to: statement, at: &index)
        }
    }
}

extension SQLQuery {
    fileprivate func key(_ column: Int32) -> SearchPageToken.Key {
        switch type(column) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .integer(int64(column))
        case SQLITE_FLOAT: .number(double(column))
        default: .text(text(column))
        }
    }
}
