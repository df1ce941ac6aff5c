import GRDB
import RepriseModel

/// What a person asks of a kind of thing.
package struct SearchQuestion: Hashable, Sendable {
    package var filter: String
    package var order: [String]
    package var limit: Int
    package var pageToken: String?

    package init(filter: String = "", order: [String] = [], limit: Int = 1000, pageToken: String? = nil) {
        self.filter = filter
        self.order = order
        self.limit = limit
        self.pageToken = pageToken
    }
}

extension Database {
    /// Answers with one page: calls `body` with each row, whose columns are `columns` (SQL about the subject's table), and
    /// gives the token of the next page, or nil where there is none.
    ///
    /// `scope` is what must hold besides the filter. `order` takes the place of the question's own, where it has none.
    func answer(
        _ question: SearchQuestion,
        of subject: SearchSubject,
        within scope: SQLFragment,
        order: [SearchOrder] = [],
        columns: [String],
        _ body: (borrowing SQLQuery) throws -> Void
    ) throws -> String? {
        let asked = try SearchOrder.order(question.order, of: subject)
        let statement = SearchStatement(
            try SearchFilter(question.filter, of: subject),
            order: question.order.isEmpty && !order.isEmpty ? order : asked,
            of: subject
        )
        return try statement.eachRow(
            in: self,
            columns,
            within: scope,
            after: question.pageToken.flatMap { $0.isEmpty ? nil : $0 },
            limit: question.limit,
            body
        )
    }
}
