import GRDB
import OrderedCollections
import RepriseModel

extension Database {
    /// Reads what the rows were asked to carry, in one pass over each table where the rows stand close together.
    func fill(_ rows: inout [RunRow], _ details: RunDetails) throws {
        guard let lowest = rows.map(\.number).min(), let highest = rows.map(\.number).max() else { return }
        let isDense = highest - lowest < 4 * Int64(rows.count)
        if isDense {
            let places = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1.number, $0) })
            try fill(&rows, details, from: lowest, to: highest) { places[$0] }
        } else {
            for place in rows.indices {
                let number = rows[place].number
                try fill(&rows, details, from: number, to: number) { _ in place }
            }
        }
    }

    private func fill(
        _ rows: inout [RunRow],
        _ details: RunDetails,
        from lowest: Int64,
        to highest: Int64,
        place: (Int64) -> Int?
    ) throws {
        if details.contains(.parameters) {
            let query = try SQLQuery(
                self,
                "SELECT run, name, kind, value, position FROM parameter WHERE run BETWEEN ?1 AND ?2 ORDER BY run, name",
                lowest,
                highest
            )
            while try query.step() {
                guard let place = place(query.int64(0)) else { continue }
                rows[place].parameters[query.text(1)] = try query.keptValue(kind: 2, value: 3)
            }
        }
        if details.contains(.metrics) {
            let query = try SQLQuery(
                self,
                """
                SELECT run, key, count, last, last_step, last_time, min, max FROM series
                WHERE run BETWEEN ?1 AND ?2 ORDER BY run, key
                """,
                lowest,
                highest
            )
            while try query.step() {
                guard let place = place(query.int64(0)) else { continue }
                rows[place].metrics.append(query.summary(from: 1))
            }
        }
        if details.contains(.tags) {
            let query = try SQLQuery(
                self,
                "SELECT run, name, value FROM tag WHERE run BETWEEN ?1 AND ?2 ORDER BY run, name",
                lowest,
                highest
            )
            while try query.step() {
                guard let place = place(query.int64(0)) else { continue }
                rows[place].tags[query.text(1)] = query.optionalText(2).map(Value.string) ?? .null
            }
        }
    }
}
