import GRDB
import GRDBSQLite
import RepriseModel

/// A cached statement, bound and stepped by SQLite's own calls, which is what the hot paths need.
///
/// It resets itself when it goes; two of the same text must not be alive at once.
struct SQLQuery: ~Copyable {
    private let statement: OpaquePointer

    init(_ database: Database, _ sql: String) throws {
        statement = try database.cachedStatement(sql: sql).sqliteStatement
        sqlite3_reset(statement)
    }

    /// Takes a statement whose arguments are set.
    init(bound statement: OpaquePointer) { self.statement = statement }

    init<each Input: SQLInput>(_ database: Database, _ sql: String, _ values: repeat each Input) throws {
        try self.init(database, sql)
        bind(repeat each values)
    }

    deinit {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
    }

    /// Binds the values to `?1`, `?2`, ….
    func bind<each Input: SQLInput>(_ values: repeat each Input) {
        var index: Int32 = 1
        repeat (each values).bind(to: statement, at: &index)
    }

    /// Binds the values to the question marks in their order.
    func bind(all values: [any SQLInput]) {
        var index: Int32 = 1
        for value in values { value.bind(to: statement, at: &index) }
    }

    /// The next row, or false when there is none.
    func step() throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw DatabaseError(resultCode: code, message: message, sql: sql)
        }
    }

    /// Executes with these values and is ready for the next.
    func run<each Input: SQLInput>(_ values: repeat each Input) throws {
        bind(repeat each values)
        while try step() {}
        sqlite3_reset(statement)
    }

    /// Ready to be stepped again from the start.
    func rewind() { sqlite3_reset(statement) }

    private var code: ResultCode { ResultCode(rawValue: sqlite3_extended_errcode(sqlite3_db_handle(statement))) }
    private var message: String { String(cString: sqlite3_errmsg(sqlite3_db_handle(statement))) }
    private var sql: String { String(cString: sqlite3_sql(statement)) }

    // MARK: Columns

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }
    func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }
    func int(_ column: Int32) -> Int { Int(sqlite3_column_int64(statement, column)) }
    func double(_ column: Int32) -> Double { isNull(column) ? .nan : sqlite3_column_double(statement, column) }
    func time(_ column: Int32) -> Timestamp { Timestamp(milliseconds: int64(column)) }
    func type(_ column: Int32) -> Int32 { sqlite3_column_type(statement, column) }

    func text(_ column: Int32) -> String {
        bytes(column) { String(decoding: $0, as: UTF8.self) }
    }

    /// The column's text, sharing its memory with `last` where it is the same: neighbours in a list often are.
    func text(_ column: Int32, like last: String?) -> String {
        bytes(column) { bytes in
            if let last, last.utf8.count == bytes.count, last.utf8.elementsEqual(bytes) { return last }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    func optionalInt(_ column: Int32) -> Int? { isNull(column) ? nil : int(column) }
    func optionalTime(_ column: Int32) -> Timestamp? { isNull(column) ? nil : time(column) }
    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    /// The column's bytes, as long as `body` runs.
    func bytes<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        // `sqlite3_column_blob` first: asking for the size first would measure another encoding.
        let start = sqlite3_column_blob(statement, column)
        let count = Int(sqlite3_column_bytes(statement, column))
        return try body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }

    func value(json column: Int32) throws -> Value {
        try bytes(column) { try Value(json: Array($0)[...]) }
    }
}

extension SQLQuery {
    /// The first column of the only row, as a number.
    static func number<each Input: SQLInput>(
        _ database: Database,
        _ sql: String,
        _ values: repeat each Input
    ) throws -> Int64? {
        let query = try SQLQuery(database, sql, repeat each values)
        guard try query.step(), !query.isNull(0) else { return nil }
        return query.int64(0)
    }

    /// Executes once.
    static func run<each Input: SQLInput>(
        _ database: Database,
        _ sql: String,
        _ values: repeat each Input
    ) throws {
        let query = try SQLQuery(database, sql)
        try query.run(repeat each values)
    }
}
