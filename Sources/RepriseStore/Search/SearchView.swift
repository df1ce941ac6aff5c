/// Whether a search sees what was deleted.
package enum SearchView: Hashable, Sendable {
    case active, deleted, all

    /// The condition on the column that says when a row was deleted.
    func scope(_ column: String) -> SQLFragment {
        switch self {
        case .active: SQLFragment("\(column) IS NULL")
        case .deleted: SQLFragment("\(column) IS NOT NULL")
        case .all: SQLFragment("1")
        }
    }
}

/// One page of what a search found.
package struct SearchPage<Item: Sendable>: Sendable {
    package var items: [Item]
    /// Finds the next page; nil where this one is the last.
    package var nextToken: String?

    package init(items: [Item], nextToken: String?) {
        self.items = items
        self.nextToken = nextToken
    }
}
