import RepriseModel
import RepriseStore

extension Laboratory {
    /// The rows of one read-only SQL statement over the documented views, at most `limit`.
    package func sql(_ text: String, limit: Int = 100_000) throws -> SQLResult {
        try store().readOnlySQL(text, limit: limit)
    }
}
