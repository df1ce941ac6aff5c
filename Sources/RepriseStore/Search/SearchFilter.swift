/// What a search asks for, read and checked against what can be asked of its subject.
indirect enum SearchFilter: Hashable, Sendable {
    /// Without parts it holds for everything.
    case all([SearchFilter])
    case any([SearchFilter])
    case not(SearchFilter)
    case term(SearchTerm)

    static let everything = SearchFilter.all([])

    /// Every comparison of the filter, in the order in which they were written.
    var terms: [SearchTerm] {
        switch self {
        case .all(let parts), .any(let parts): parts.flatMap(\.terms)
        case .not(let part): part.terms
        case .term(let term): [term]
        }
    }

    /// The parts all of which must hold.
    var conjuncts: [SearchFilter] {
        if case .all(let parts) = self { parts.flatMap(\.conjuncts) } else { [self] }
    }
}

/// One comparison: `metrics.loss < 0.1`.
struct SearchTerm: Hashable, Sendable {
    var entity: SearchEntity
    /// For an attribute its own name, whichever alias was written.
    var key: String
    var comparison: SearchComparison
    var operand: SearchOperand
}

/// What a name can stand before: `metrics.`, `params.`, ….
enum SearchEntity: String, Hashable, Sendable, CaseIterable {
    case metric, parameter, tag, attribute, dataset

    /// Every word that means it.
    var words: [String] {
        switch self {
        case .metric: ["metric", "metrics"]
        case .parameter: ["parameter", "parameters", "param", "params"]
        case .tag: ["tag", "tags"]
        case .attribute: ["attribute", "attributes", "attr", "run"]
        case .dataset: ["dataset", "datasets"]
        }
    }

    init?(word: String) {
        guard let entity = SearchEntity.allCases.first(where: { $0.words.contains(word) }) else { return nil }
        self = entity
    }
}

enum SearchComparison: String, Hashable, Sendable, CaseIterable {
    case equal = "="
    case unequal = "!="
    case less = "<"
    case atMost = "<="
    case greater = ">"
    case atLeast = ">="
    case like = "LIKE"
    case notLike = "NOT LIKE"
    /// As `LIKE`, without regard to the case of ASCII letters.
    case ilike = "ILIKE"
    case notIlike = "NOT ILIKE"
    case among = "IN"
    case notAmong = "NOT IN"
    case isNull = "IS NULL"
    case isNotNull = "IS NOT NULL"

    static let ofNumbers: [SearchComparison] = [.greater, .atLeast, .unequal, .equal, .less, .atMost]
    static let ofTexts: [SearchComparison] = [
        .unequal, .equal, .like, .ilike, .among, .notAmong, .notLike, .notIlike,
    ]
    static let ofIdentifiers: [SearchComparison] = [.unequal, .equal, .among, .notAmong]
    static let ofKeyedTexts: [SearchComparison] = ofTexts + [.isNull, .isNotNull]
}

enum SearchOperand: Hashable, Sendable {
    /// Of `IS NULL`.
    case none
    case text(String)
    case texts([String])
    case integer(Int64)
    case integers([Int64])
    case number(Double)
}
