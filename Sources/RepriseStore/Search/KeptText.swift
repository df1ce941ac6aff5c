import GRDB
import RepriseModel

/// The text that a kept value has where only texts are known: `Value.text`, as SQL.
enum KeptText {
    /// Numbers alone need a function of ours, for SQLite writes them in another way.
    static let function = DatabaseFunction("reprise_number_text", argumentCount: 1, pure: true) { arguments in
        guard let number = Double.fromDatabaseValue(arguments[0]) else { return Value.number(.nan).text }
        return Value.number(number).text
    }

    static func sql(kind: String, value: String) -> String {
        """
        CASE \(kind) WHEN 'integer' THEN CAST(\(value) AS TEXT) WHEN 'number' THEN reprise_number_text(\(value)) \
        WHEN 'boolean' THEN CASE \(value) WHEN 0 THEN 'false' ELSE 'true' END WHEN 'null' THEN 'null' \
        ELSE \(value) END
        """
    }

    /// That the value's text is this one, without making the text of each value. Never NULL.
    static func equality(kind: String, value: String, _ text: String) -> SQLFragment {
        let asText = SQLFragment("\(kind) IN ('string', 'list', 'map') AND \(value) IS ?", [text])
        let other: SQLFragment
        if let integer = Int64(text), String(integer) == text {
            other = SQLFragment(" OR \(kind) = 'integer' AND \(value) IS ?", [integer])
        } else if text == "NaN" {
            other = SQLFragment(" OR \(kind) = 'number' AND \(value) IS NULL")
        } else if let number = Double(text), Value.number(number).text == text {
            // Both zeros are equal for SQL and differ as texts.
            other =
                number == 0
                ? SQLFragment(" OR \(kind) = 'number' AND reprise_number_text(\(value)) IS ?", [text])
                : SQLFragment(" OR \(kind) = 'number' AND \(value) IS ?", [number])
        } else if text == "Infinity" || text == "-Infinity" {
            let number = text == "Infinity" ? Double.infinity : -Double.infinity
            other = SQLFragment(" OR \(kind) = 'number' AND \(value) IS ?", [number])
        } else if text == "true" || text == "false" {
            other = SQLFragment(" OR \(kind) = 'boolean' AND \(value) IS ?", [text == "true"])
        } else if text == "null" {
            other = SQLFragment(" OR \(kind) = 'null'")
        } else {
            other = SQLFragment("")
        }
        return SQLFragment("(") + asText + other + ")"
    }
}
