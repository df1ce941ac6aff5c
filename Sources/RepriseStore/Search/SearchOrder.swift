import RepriseModel

/// One part of an order: `metrics.loss DESC`.
struct SearchOrder: Hashable, Sendable {
    var entity: SearchEntity
    var key: String
    var isAscending: Bool

    /// The most parts that an order may have.
    static let limit = 20

    init(_ entity: SearchEntity, _ key: String, isAscending: Bool) {
        self.entity = entity
        self.key = key
        self.isAscending = isAscending
    }

    /// Reads `NAME`, `NAME ASC` or `NAME DESC`.
    init(_ text: String, of subject: SearchSubject) throws {
        let shown = SearchMistake.shortened(text)
        guard text.utf8.count <= 10_000 else {
            throw SearchMistake.plain("Invalid order_by clause '\(shown)'. Could not be parsed.")
        }
        var lexer = SearchLexer(text)
        let tokens = try lexer.tokens()
        guard tokens.count <= 3, tokens.count > 1 else {
            throw SearchMistake.plain(
                "Invalid order_by clause '\(shown)'. Could not be parsed.",
                fix: "write `metrics.loss DESC`, with one name and `ASC` or `DESC`"
            )
        }
        isAscending = true
        if tokens.count == 3 {
            guard tokens[1].isWord("asc") || tokens[1].isWord("desc") else {
                throw SearchMistake.plain(
                    "Invalid ordering key in order_by clause '\(shown)'.",
                    fix: "write `ASC` or `DESC` behind the name"
                )
            }
            isAscending = tokens[1].isWord("asc")
        }
        switch tokens[0].kind {
        case .name, .word, .doubleQuoted: break
        default: throw SearchMistake.plain("Invalid order_by clause '\(shown)'. Could not be parsed.")
        }
        (entity, key) = try SearchNameReading(subject: subject, isForOrder: true).name(tokens[0])
        guard entity == .attribute || subject.tables[entity] != nil && subject.hasAllEntities else {
            throw SearchMistake.plain(
                subject.hasAllEntities
                    ? "Invalid identifier type '\(entity.rawValue)'" : "Invalid order_by entity: \(entity.rawValue)"
            )
        }
    }

    /// The whole order: what was asked for, and what decides ties.
    static func order(_ texts: [String], of subject: SearchSubject) throws -> [SearchOrder] {
        guard texts.count <= limit else {
            throw SearchMistake.plain("Invalid order_by: it has more than \(limit) parts")
        }
        var orders: [SearchOrder] = []
        for text in texts {
            let order = try SearchOrder(text, of: subject)
            guard !orders.contains(where: { $0.entity == order.entity && $0.key == order.key }) else {
                throw SearchMistake.plain(
                    "`order_by` contains duplicate fields: [\(SearchMistake.shortened(SearchMistake.list(texts)))]"
                )
            }
            orders.append(order)
        }
        for last in subject.tieBreakers
        where !orders.contains(where: { $0.entity == last.entity && $0.key == last.key }) {
            orders.append(last)
        }
        return orders
    }
}
