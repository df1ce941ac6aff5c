import GRDBSQLite
import RepriseModel

/// What may be bound to a statement's parameter.
protocol SQLInput: Sendable {
    func bind(to statement: OpaquePointer, at index: inout Int32)
}

/// SQLite copies what it is given, since the memory is gone before the statement is stepped.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

extension Int64: SQLInput {
    func bind(to statement: OpaquePointer, at index: inout Int32) {
        sqlite3_bind_int64(statement, index, self)
        index += 1
    }
}

extension Int: SQLInput {
    func bind(to statement: OpaquePointer, at index: inout Int32) { Int64(self).bind(to: statement, at: &index) }
}

extension Bool: SQLInput {
    func bind(to statement: OpaquePointer, at index: inout Int32) {
        (self ? Int64(1) : 0).bind(to: statement, at: &index)
    }
}

extension Double: SQLInput {
    /// SQLite keeps NaN as NULL.
    func bind(to statement: OpaquePointer, at index: inout Int32) {
        sqlite3_bind_double(statement, index, self)
        index += 1
    }
}

extension String: SQLInput {
    func bind(to statement: OpaquePointer, at index: inout Int32) {
        var text = self
        _ = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                // A null address would bind NULL instead of the empty text.
                if characters.baseAddress == nil {
                    sqlite3_bind_text(statement, index, "", 0, transient)
                } else {
                    sqlite3_bind_text(statement, index, characters.baseAddress, Int32(characters.count), transient)
                }
            }
        }
        index += 1
    }
}

extension [UInt8]: SQLInput {
    func bind(to statement: OpaquePointer, at index: inout Int32) {
        _ = withUnsafeBytes { bytes in
            sqlite3_bind_blob64(statement, index, bytes.baseAddress, UInt64(bytes.count), transient)
        }
        index += 1
    }
}

extension Optional: SQLInput where Wrapped: SQLInput {
    func bind(to statement: OpaquePointer, at index: inout Int32) {
        if let self {
            self.bind(to: statement, at: &index)
        } else {
            sqlite3_bind_null(statement, index)
            index += 1
        }
    }
}

extension Timestamp: SQLInput {
    func bind(to statement: OpaquePointer, at index: inout Int32) { milliseconds.bind(to: statement, at: &index) }
}

extension RunID: SQLInput {
    func bind(to statement: OpaquePointer, at index: inout Int32) { description.bind(to: statement, at: &index) }
}

extension Digest: SQLInput {
    func bind(to statement: OpaquePointer, at index: inout Int32) { description.bind(to: statement, at: &index) }
}

extension RunState: SQLInput {
    func bind(to statement: OpaquePointer, at index: inout Int32) { rawValue.bind(to: statement, at: &index) }
}
