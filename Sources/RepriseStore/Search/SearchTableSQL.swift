import RepriseModel

extension SearchTable {
    func source(as alias: String) -> SQLFragment {
        SQLFragment("\(name) AS \(alias)" + (index.map { " INDEXED BY \($0)" } ?? ""))
    }

    /// That a row belongs to the subject's row.
    func ownership(as alias: String) -> String {
        owner.map { "\(alias).\($0.column) = \($0.subject)" }.joined(separator: " AND ")
    }

    /// That a row is the one of that key.
    func row(as alias: String, key name: String) -> SQLFragment {
        let row = SQLFragment("\(alias).\(key) = ?", [name])
        guard let condition else { return row }
        return row + " AND " + condition
    }

    /// What an order compares: texts in byte order, as text whatever they were typed as.
    func orderValue(as alias: String) -> String {
        switch valueKind {
        case .number: "\(alias).\(value)"
        case .text: "CASE WHEN \(alias).\(key) IS NOT NULL THEN coalesce(\(alias).\(value), '') END"
        case .kept(let kind): KeptText.sql(kind: "\(alias).\(kind)", value: "\(alias).\(value)")
        }
    }

    func comparison(as alias: String, _ comparison: SearchComparison, _ operand: SearchOperand) -> SQLFragment {
        let column = "\(alias).\(value)"
        switch valueKind {
        case .number:
            // NaN is unequal to every number.
            guard comparison == .unequal else { return SearchCondition.comparison(of: column, comparison, operand) }
            return SQLFragment("(") + SearchCondition.comparison(of: column, comparison, operand)
                + " OR \(column) IS NULL)"
        case .text: return SearchCondition.comparison(of: "coalesce(\(column), '')", comparison, operand)
        case .kept(let kind): return kept("\(alias).\(kind)", column, comparison, operand)
        }
    }

    private func kept(
        _ kind: String,
        _ column: String,
        _ comparison: SearchComparison,
        _ operand: SearchOperand
    ) -> SQLFragment {
        switch (comparison, operand) {
        case (.equal, .text(let text)): KeptText.equality(kind: kind, value: column, text)
        case (.unequal, .text(let text)): SQLFragment("NOT ") + KeptText.equality(kind: kind, value: column, text)
        default: SearchCondition.comparison(of: KeptText.sql(kind: kind, value: column), comparison, operand)
        }
    }
}
