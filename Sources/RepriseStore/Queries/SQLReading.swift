import GRDBSQLite
import RepriseModel
import RepriseSystem

/// What a query gave.
package struct SQLResult: Hashable, Sendable {
    package var columns: [String]
    package var rows: [[Value]]
    /// There were more rows than were asked for.
    package var isTruncated: Bool
}

extension Store {
    /// Executes one SELECT over the views `runs`, `params`, `metrics`, `tags` and `outputs`.
    ///
    /// It can change nothing, opens no other file, and is stopped after `time`. At most `limit` rows come back.
    package func readOnlySQL(
        _ text: String,
        limit: Int = 100_000,
        time: Duration = .seconds(30)
    ) throws -> SQLResult {
        let reading = try SQLReading(path: folder.database, time: time)
        return try reading.rows(of: text, limit: limit)
    }
}

/// A connection for what a person typed, which can read and nothing else.
private final class SQLReading {
    private var connection: OpaquePointer?
    private let deadline: ContinuousClock.Instant
    private let time: Duration

    init(path: String, time: Duration) throws {
        self.time = time
        deadline = ContinuousClock.now.advanced(by: time)
        guard sqlite3_open_v2(path, &connection, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK else {
            throw StoreError.refusedSQL(message)
        }
        sqlite3_busy_timeout(connection, 10_000)
        sqlite3_set_authorizer(connection, { _, action, _, function, _, _ in authorize(action, function) }, nil)
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_progress_handler(
            connection,
            10_000,
            { context in
                guard let context else { return 0 }
                return Unmanaged<SQLReading>.fromOpaque(context).takeUnretainedValue().isLate ? 1 : 0
            },
            context
        )
    }

    deinit { sqlite3_close_v2(connection) }

    private var isLate: Bool { ContinuousClock.now > deadline }
    private var message: String { String(cString: sqlite3_errmsg(connection)) }

    func rows(of text: String, limit: Int) throws -> SQLResult {
        let statement = try prepare(text)
        defer { sqlite3_finalize(statement) }
        let columns = 0..<sqlite3_column_count(statement)
        let names = columns.map { String(cString: sqlite3_column_name(statement, $0)) }
        var result = SQLResult(columns: names, rows: [], isTruncated: false)
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW:
                if result.rows.count == limit {
                    result.isTruncated = true
                    return result
                }
                result.rows.append(columns.map { value(statement, $0) })
            case SQLITE_DONE: return result
            case SQLITE_INTERRUPT:
                throw StoreError.slowSQL(milliseconds: Timestamp(milliseconds: 0).advanced(by: time).milliseconds)
            default: throw StoreError.refusedSQL(message)
            }
        }
    }

    private func prepare(_ text: String) throws -> OpaquePointer {
        var statement: OpaquePointer?
        let rest = try text.withCString { start in
            var tail: UnsafePointer<CChar>?
            guard sqlite3_prepare_v2(connection, start, -1, &statement, &tail) == SQLITE_OK else {
                throw StoreError.refusedSQL(message)
            }
            return tail.map { String(cString: $0) } ?? ""
        }
        guard let statement else { throw StoreError.refusedSQL("it is empty") }
        guard rest.allSatisfy({ $0.isWhitespace || $0 == ";" }) else {
            sqlite3_finalize(statement)
            throw StoreError.refusedSQL("it has more than one statement")
        }
        return statement
    }

    private func value(_ statement: OpaquePointer, _ column: Int32) -> Value {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: return .number(sqlite3_column_double(statement, column))
        case SQLITE_NULL: return .null
        case SQLITE_TEXT: return .string(String(decoding: bytes(statement, column), as: UTF8.self))
        default: return .string(hexadecimal(bytes(statement, column)))
        }
    }

    private func bytes(_ statement: OpaquePointer, _ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(statement, column)
        return UnsafeRawBufferPointer(
            start: start,
            count: start == nil ? 0 : Int(sqlite3_column_bytes(statement, column))
        )
    }
}

/// Reading is allowed, and nothing else: no writing, no pragma, no other database, no extension.
private func authorize(_ action: Int32, _ function: UnsafePointer<CChar>?) -> Int32 {
    switch action {
    case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE: SQLITE_OK
    case SQLITE_FUNCTION: function.map { String(cString: $0) } == "load_extension" ? SQLITE_DENY : SQLITE_OK
    default: SQLITE_DENY
    }
}
