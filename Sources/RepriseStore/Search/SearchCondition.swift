import RepriseModel

/// A filter as SQL about one row of the subject's table.
///
/// Every part is true or false and never NULL, so that `not` means what it says. What a thing lacks is neither equal nor
/// unequal to anything.
struct SearchCondition {
    let subject: SearchSubject

    func sql(_ filter: SearchFilter) -> SQLFragment {
        switch filter {
        case .all(let parts): joined(parts, by: " AND ", empty: "1")
        case .any(let parts): joined(parts, by: " OR ", empty: "0")
        case .not(let part): SQLFragment("NOT ") + sql(part)
        case .term(let term): sql(term)
        }
    }

    private func joined(_ parts: [SearchFilter], by word: String, empty: String) -> SQLFragment {
        guard !parts.isEmpty else { return SQLFragment(empty) }
        return SQLFragment("(") + SQLFragment(parts.map(sql), joinedBy: word) + ")"
    }

    private func sql(_ term: SearchTerm) -> SQLFragment {
        switch term.entity {
        case .attribute:
            guard let attribute = subject.attribute(named: term.key) else { return SQLFragment("0") }
            let comparison = Self.comparison(of: attribute.sql, term.comparison, term.operand)
            return attribute.isNullable ? SQLFragment("(") + comparison + ") IS TRUE" : comparison
        case .dataset:
            guard let relation = subject.datasets[term.key] else { return SQLFragment("0") }
            return SQLFragment("EXISTS (SELECT 1 FROM \(relation.source) AND ")
                + Self.comparison(of: relation.value, term.comparison, term.operand) + ")"
        case .metric, .parameter, .tag:
            guard let table = subject.tables[term.entity] else { return SQLFragment("0") }
            return sql(term, in: table)
        }
    }

    private func sql(_ term: SearchTerm, in table: SearchTable) -> SQLFragment {
        if let derived = table.derived[term.key] { return sql(term, derived: derived) }
        let isAbsence = term.comparison == .isNull
        var part = SQLFragment("\(isAbsence ? "NOT " : "")EXISTS (SELECT 1 FROM ") + table.source(as: "entry")
        part = part + " WHERE \(table.ownership(as: "entry")) AND " + table.row(as: "entry", key: term.key)
        if term.comparison != .isNull, term.comparison != .isNotNull {
            part = part + " AND " + table.comparison(as: "entry", term.comparison, term.operand)
        }
        return part + ")"
    }

    private func sql(_ term: SearchTerm, derived: String) -> SQLFragment {
        switch term.comparison {
        case .isNull: SQLFragment("(\(derived)) IS NULL")
        case .isNotNull: SQLFragment("(\(derived)) IS NOT NULL")
        default: SQLFragment("(") + Self.comparison(of: "(\(derived))", term.comparison, term.operand) + ") IS TRUE"
        }
    }

    /// A comparison of an expression that has texts or numbers.
    static func comparison(_ sql: SQLFragment, _ comparison: SearchComparison, _ operand: SearchOperand) -> SQLFragment
    {
        switch (comparison, operand) {
        case (.like, .text(let pattern)): return sql + SQLFragment(" GLOB ?", [glob(like: pattern)])
        case (.notLike, .text(let pattern)): return sql + SQLFragment(" NOT GLOB ?", [glob(like: pattern)])
        case (.ilike, .text(let pattern)): return sql + SQLFragment(" LIKE ?", [pattern])
        case (.notIlike, .text(let pattern)): return sql + SQLFragment(" NOT LIKE ?", [pattern])
        case (.among, _), (.notAmong, _): return sql + " \(comparison.rawValue) " + list(operand)
        default: return sql + " \(comparison.rawValue) " + value(operand)
        }
    }

    static func comparison(of sql: String, _ comparison: SearchComparison, _ operand: SearchOperand) -> SQLFragment {
        self.comparison(SQLFragment(sql), comparison, operand)
    }

    private static func value(_ operand: SearchOperand) -> SQLFragment {
        switch operand {
        case .text(let text): SQLFragment("?", [text])
        case .integer(let integer): SQLFragment("?", [integer])
        case .number(let number): SQLFragment("?", [number])
        case .none, .texts, .integers: SQLFragment("NULL")
        }
    }

    /// A list goes in as one value, since there is a limit on how many a statement takes.
    private static func list(_ operand: SearchOperand) -> SQLFragment {
        switch operand {
        case .texts(let texts):
            SQLFragment("(SELECT value FROM json_each(?))", [Value.list(texts.map(Value.string)).json()])
        case .integers(let integers): SQLFragment("(\(integers.map(String.init).joined(separator: ", ")))")
        default: SQLFragment("()")
        }
    }

    /// `LIKE` of SQLite does not tell capitals from small letters, `GLOB` does.
    private static func glob(like pattern: String) -> String {
        var glob = ""
        for scalar in pattern.unicodeScalars {
            switch scalar {
            case "%": glob += "*"
            case "_": glob += "?"
            case "*", "?", "[": glob += "[\(scalar)]"
            default: glob.unicodeScalars.append(scalar)
            }
        }
        return glob
    }
}
