import RepriseModel

/// Checks a comparison: first its value, then its comparator, as the clients' own tests expect it.
struct SearchTermReading {
    let subject: SearchSubject
    let entity: SearchEntity
    let key: String
    /// The name as it was written.
    let name: SearchToken

    private var attribute: SearchAttribute? { entity == .attribute ? subject.attribute(named: key) : nil }

    private var comparisons: [SearchComparison] {
        switch entity {
        case .metric: SearchComparison.ofNumbers
        case .parameter, .tag: SearchComparison.ofKeyedTexts
        case .dataset: SearchComparison.ofTexts
        case .attribute: attribute?.comparisons ?? []
        }
    }

    func term(isNull comparison: SearchComparison?) throws -> SearchTerm {
        guard let comparison, entity == .parameter || entity == .tag else {
            throw SearchMistake.syntax(
                subject.hasAllEntities
                    ? "IS NULL / IS NOT NULL is only supported for tags and params, "
                        + "not for '\(entity.rawValue)' '\(key)'"
                    : "IS NULL / IS NOT NULL is only supported for tags, not for attribute '\(key)'",
                at: name.offset
            )
        }
        return SearchTerm(entity: entity, key: key, comparison: comparison, operand: .none)
    }

    func term(_ comparison: SearchComparison?, written: String, value: SearchToken) throws -> SearchTerm {
        let operand = try operand(value)
        let comparison = try checked(comparison, written)
        return SearchTerm(entity: entity, key: key, comparison: comparison, operand: operand)
    }

    func term(
        _ comparison: SearchComparison?,
        written: String,
        list: [String],
        at value: SearchToken
    ) throws -> SearchTerm {
        let comparison = try checked(comparison, written)
        guard attribute?.kind == .identifier else {
            return SearchTerm(entity: entity, key: key, comparison: comparison, operand: .texts(list))
        }
        let numbers = try list.map { try identifier($0, at: value) }
        return SearchTerm(entity: entity, key: key, comparison: comparison, operand: .integers(numbers))
    }

    /// Throws where the name stands for numbers, which no list has; `token` begins it.
    func checkTakesList(_ token: SearchToken) throws {
        switch (entity, attribute?.kind) {
        case (.metric, _), (.attribute, .number), (.attribute, .numberOrText): _ = try operand(token)
        default: break
        }
    }

    private func checked(_ comparison: SearchComparison?, _ written: String) throws -> SearchComparison {
        let known = comparisons
        if let comparison, known.contains(comparison) { return comparison }
        let fix: String? =
            switch written {
            case "==": "write `=`"
            case "<>": "write `!=`"
            case "RLIKE", "REGEXP", "CONTAINS": known.contains(.like) ? "write `LIKE '%…%'`" : nil
            default: nil
            }
        throw SearchMistake.syntax(
            "Invalid comparator '\(written)' not one of '{\(SearchMistake.list(known.map(\.rawValue)))}'",
            at: name.offset,
            fix: fix
        )
    }

    // MARK: Values

    private func operand(_ token: SearchToken) throws -> SearchOperand {
        switch (entity, attribute?.kind) {
        case (.metric, _):
            switch token.kind {
            case .integer(let integer): return .number(Double(integer))
            case .number(let number): return .number(number)
            default: throw mistake("Expected numeric value type for metric. Found", token)
            }
        case (.parameter, _), (.tag, _):
            return .text(
                try text(token, else: "Expected a quoted string value for \(entity.rawValue) (e.g. 'my-value').")
            )
        case (.dataset, _):
            return .text(try text(token, else: "Expected a quoted string value for dataset attributes."))
        case (.attribute, .number): return try number(token)
        case (.attribute, .numberOrText):
            guard case .singleQuoted(let text) = token.kind else { return try number(token) }
            guard let number = Int64(text) else {
                throw mistake("Invalid value for numeric attribute '\(key)':", token)
            }
            return .integer(number)
        case (.attribute, .identifier):
            let text = try text(token, else: "Expected a quoted string value for attributes.")
            return .integer(try identifier(text, at: token))
        case (.attribute, _):
            return .text(try text(token, else: "Expected a quoted string value for attributes."))
        }
    }

    private func number(_ token: SearchToken) throws -> SearchOperand {
        switch token.kind {
        case .integer(let integer): return .integer(integer)
        case .number(let number): return .number(number)
        default: throw mistake("Expected numeric value type for numeric attribute: \(key). Found", token)
        }
    }

    private func text(_ token: SearchToken, else expected: String) throws -> String {
        switch token.kind {
        case .singleQuoted(let text), .doubleQuoted(let text): return text
        case .word, .name:
            throw SearchMistake.syntax(
                "Parameter value is either not quoted or unidentified quote types used for string value "
                    + "\(SearchMistake.shortened(token.source)). Use either single or double quotes.",
                at: token.offset,
                fix: "write `'\(SearchMistake.shortened(token.source))'`"
            )
        default: throw mistake("\(expected) Got value", token)
        }
    }

    private func identifier(_ text: String, at token: SearchToken) throws -> Int64 {
        if let number = Int64(text) { return number }
        throw SearchMistake.syntax(
            "Invalid experiment ID '\(SearchMistake.shortened(text))'. Experiment ID must be a valid integer.",
            at: token.offset
        )
    }

    private func mistake(_ what: String, _ token: SearchToken) -> Mistake {
        SearchMistake.syntax("\(what) \(SearchMistake.shortened(token.source))", at: token.offset)
    }
}
