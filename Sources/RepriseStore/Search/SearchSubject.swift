/// What can be asked of one kind of thing, and where its tables have it.
struct SearchSubject: Sendable {
    /// What stands behind FROM; the expressions of the others name its columns.
    var table: String
    var attributes: [SearchAttribute]
    /// Metrics, parameters and tags, as far as the thing has them.
    var tables: [SearchEntity: SearchTable] = [:]
    /// By the dataset's attribute, where the thing has datasets.
    var datasets: [String: SearchRelation] = [:]
    /// Whether it answers to the words of runs; else to `attribute` and `tag` alone.
    var hasAllEntities = false
    /// What decides where the order asked for leaves a tie, unless it was asked for already.
    var tieBreakers: [SearchOrder]

    func attribute(named name: String) -> SearchAttribute? {
        attributes.first { $0.name == name || $0.aliases.contains(name) }
    }
}

/// Something that every thing of the kind has, or has nothing as.
struct SearchAttribute: Sendable {
    enum Kind: Sendable {
        case text, number
        /// A number that may be written in quotes.
        case numberOrText
        /// A number that must be written in quotes and is compared for equality alone.
        case identifier
    }

    var name: String
    var aliases: [String] = []
    var kind: Kind
    /// The value as SQL.
    var sql: String
    var isNullable = false
    var isSearchable = true
    var isOrderable = true

    var comparisons: [SearchComparison] {
        switch kind {
        case .text: SearchComparison.ofTexts
        case .number, .numberOrText: SearchComparison.ofNumbers
        case .identifier: SearchComparison.ofIdentifiers
        }
    }
}

/// A table that has keys and values of the things: a metric's last value, a parameter, a tag.
struct SearchTable: Sendable {
    enum ValueKind: Sendable {
        /// NaN is kept as NULL.
        case number
        /// NULL reads as the empty text.
        case text
        /// A `KeptValue`, with its kind in this column.
        case kept(kind: String)
    }

    var name: String
    var index: String?
    /// Which column of it equals which expression of the subject.
    var owner: [(column: String, subject: String)]
    var key: String
    var value: String
    var valueKind: ValueKind
    /// Keys that are not in the table, as SQL that is NULL where the thing has none.
    var derived: [String: String] = [:]
    /// What else must hold of a row, about `entry`.
    var condition: SQLFragment?
}

/// Rows of other tables that belong to the thing, of which any may hold.
struct SearchRelation: Sendable {
    /// What stands behind FROM, with a WHERE that ties it to the subject.
    var source: String
    var value: String
}
