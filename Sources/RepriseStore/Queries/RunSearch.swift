import GRDB
import OrderedCollections
import RepriseModel

extension Store {
    /// The runs for which the expression holds, of those that the filter names; at most `limit`.
    ///
    /// Throws where a name is unknown to every run and near to one that is known, which mostly is a slip.
    package func runs(
        where expression: Expression,
        matching filter: RunFilter = RunFilter(),
        order: RunOrder = .newest,
        limit: Int? = nil,
        after: Int64? = nil,
        including details: RunDetails = .all
    ) throws -> [RunRow] {
        try read { database in
            try database.checkNames(in: expression)
            let asked = RunDetails(of: expression)
            var found: [RunRow] = []
            var last = after
            while found.count < limit ?? .max {
                var condition = RunCondition(filter, order: order, after: last)
                condition.add(ExpressionCondition(expression))
                // Few at a time where few are wanted.
                let page = limit.map { 4 * min(max($0, 64), 1024) } ?? 100_000
                var rows = try database.rows(condition, limit: page)
                guard let end = rows.last?.number else { break }
                let isLastPage = rows.count < page
                try database.fill(&rows, asked)
                for row in rows where found.count < limit ?? .max {
                    if try expression.holds(in: RunScope(row: row)) { found.append(row) }
                }
                last = end
                if isLastPage { break }
            }
            try database.fill(&found, details.subtracting(asked))
            return found
        }
    }
}

extension Database {
    /// Throws for a name that no run has and that is near to one that some run has.
    fileprivate func checkNames(in expression: Expression) throws {
        for name in expression.names {
            switch RunName(name) {
            case .own, .tag, .tags: continue
            case .parameter(let parameter):
                let known = "SELECT 1 FROM parameter WHERE name = ?1 LIMIT 1"
                if try SQLQuery.number(self, known, parameter) != nil { continue }
                let names = try words("SELECT DISTINCT name FROM parameter ORDER BY run DESC LIMIT 1000")
                try refuse(name, parameter, nearest: names + OwnName.allCases.map(\.rawValue), prefix: "")
            case .metric(let readings):
                let known = "SELECT 1 FROM series WHERE key = ?1 LIMIT 1"
                if try readings.contains(where: { try SQLQuery.number(self, known, $0.key) != nil }) { continue }
                let keys = try words("SELECT DISTINCT key FROM series LIMIT 1000")
                guard let reading = readings.last else { continue }
                try refuse(name, reading.key, nearest: keys, prefix: "metrics.")
            }
        }
    }

    private func words(_ sql: String) throws -> [String] {
        let query = try SQLQuery(self, sql)
        var words: [String] = []
        while try query.step() { words.append(query.text(0)) }
        return words
    }

    private func refuse(_ name: ExpressionName, _ text: String, nearest known: [String], prefix: String) throws {
        guard let near = nearestName(to: text, among: known) else { return }
        throw Mistake(
            "no run has `\(name.text)`",
            fix: "did you mean `\(prefix)\(near)`?",
            code: "unknown-name",
            place: name.place
        )
    }
}
