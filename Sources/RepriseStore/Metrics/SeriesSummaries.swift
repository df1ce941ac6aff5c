import GRDB
import RepriseModel

extension Store {
    /// The run's series without their points, by key in byte order.
    package func summaries(_ run: RunID) throws -> [SeriesSummary] {
        try read { try $0.summaries(of: $0.knownNumber(of: run)) }
    }
}

extension Database {
    func summaries(of number: Int64) throws -> [SeriesSummary] {
        let query = try SQLQuery(
            self,
            """
            SELECT key, count, last, last_step, last_time, min, max FROM series WHERE run = ?1 ORDER BY key
            """,
            number
        )
        var summaries: [SeriesSummary] = []
        while try query.step() { summaries.append(query.summary(from: 0)) }
        return summaries
    }
}

extension SQLQuery {
    func summary(from column: Int32) -> SeriesSummary {
        SeriesSummary(
            key: text(column),
            count: int64(column + 1),
            last: double(column + 2),
            lastStep: int64(column + 3),
            lastTime: time(column + 4),
            min: double(column + 5),
            max: double(column + 6)
        )
    }
}
