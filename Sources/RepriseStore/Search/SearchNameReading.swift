import RepriseModel

/// Finds what a name stands for.
struct SearchNameReading {
    let subject: SearchSubject
    var isForOrder = false

    func name(_ token: SearchToken) throws -> (SearchEntity, String) {
        switch token.kind {
        case .name(let entity?, let key):
            let entity = try self.entity(entity, at: token)
            return (entity, try self.key(key, of: entity, at: token))
        case .name(nil, let key), .word(let key), .doubleQuoted(let key):
            return (.attribute, try self.key(key, of: .attribute, at: token))
        default:
            throw SearchMistake.clause(token.source, at: token.offset, why: "expected a name")
        }
    }

    private func entity(_ word: String, at token: SearchToken) throws -> SearchEntity {
        if subject.hasAllEntities {
            if let entity = SearchEntity(word: word) { return entity }
            let names = SearchMistake.list(SearchEntity.allCases.map(\.rawValue))
            throw SearchMistake.syntax(
                "Invalid entity type '\(SearchMistake.shortened(word))'. Valid values are [\(names)]",
                at: token.offset,
                fix: fix(word, SearchEntity.allCases.flatMap(\.words))
            )
        }
        let words = ["attribute", "attributes", "tag", "tags"]
        if words.contains(word), let entity = SearchEntity(word: word) { return entity }
        throw SearchMistake.syntax(
            "Invalid entity type '\(SearchMistake.shortened(word))'. "
                + "Valid entity types are ('attribute', 'tag', 'tags')",
            at: token.offset,
            fix: fix(word, words)
        )
    }

    private func key(_ key: String, of entity: SearchEntity, at token: SearchToken) throws -> String {
        switch entity {
        case .metric, .parameter, .tag: return key
        case .dataset:
            let known = ["name", "digest", "context"]
            if known.contains(key) { return key }
            throw invalid("dataset", key, known: known, at: token)
        case .attribute:
            if let attribute = subject.attribute(named: key),
                isForOrder ? attribute.isOrderable : attribute.isSearchable
            {
                return attribute.name
            }
            let known = subject.attributes.filter { isForOrder ? $0.isOrderable : $0.isSearchable }
            let names = known.flatMap { [$0.name] + $0.aliases }
            // As in the real server, an order goes by no name that needs quotes.
            throw invalid("attribute", key, known: isForOrder ? names.filter { !$0.contains(" ") } : names, at: token)
        }
    }

    private func invalid(_ kind: String, _ key: String, known: [String], at token: SearchToken) -> Mistake {
        SearchMistake.syntax(
            "Invalid \(kind) key '\(SearchMistake.shortened(key))' specified. "
                + "Valid keys are '{\(SearchMistake.list(known.sorted()))}'",
            at: token.offset,
            fix: fix(key, known)
        )
    }

    private func fix(_ word: String, _ known: [String]) -> String? {
        // Long words are near to nothing, and measuring them would take long.
        guard word.utf8.count <= 60 else { return nil }
        return nearestName(to: word, among: known).map { "did you mean `\($0)`?" }
    }
}
