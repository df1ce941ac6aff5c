import GRDB
import RepriseModel
import RepriseTracking

extension Store {
    /// The points of a series from position `first` on (the first of all is 0), in the order in which they were logged.
    ///
    /// Empty for a series that the run does not have. With `limit`, about that many are left, none of them a lost minimum
    /// or maximum; with `steps`, only those points count whose step lies there.
    package func points(
        _ run: RunID,
        _ key: String,
        from first: Int64 = 0,
        steps: ClosedRange<Int64>? = nil,
        limit: Int? = nil
    ) throws -> SeriesPoints {
        var points = try read { database in
            let number = try database.knownNumber(of: run)
            let query = try SQLQuery(
                database,
                "SELECT number, count FROM series WHERE run = ?1 AND key = ?2",
                number,
                key
            )
            guard try query.step() else { return SeriesPoints() }
            return try database.points(
                ofSeries: query.int64(0),
                from: first,
                count: max(0, query.int64(1) - first)
            )
        }
        if let steps { points = points.limited(to: steps) }
        return limit.map { points.downsampled(to: $0) } ?? points
    }
}

extension Database {
    /// `count` points of the series from position `first` on.
    func points(ofSeries series: Int64, from first: Int64, count: Int64) throws -> SeriesPoints {
        guard count > 0 else { return SeriesPoints() }
        let query = try SQLQuery(
            self,
            "SELECT first, count, points FROM chunk WHERE series = ?1 AND first > ?2 AND first < ?3 ORDER BY first",
            series,
            first - Int64(ChunkFormat.size),
            first + count
        )
        // The first piece may begin before `first`; its points are cut off below.
        var points = SeriesPoints(roomFor: Int(count) + ChunkFormat.size)
        var start: Int64?
        var filled = 0
        while try query.step() {
            if query.int64(0) + query.int64(1) <= first { continue }
            start = start ?? query.int64(0)
            let decoded = query.bytes(2) { ChunkFormat.decode($0, into: &points, at: filled) }
            guard let decoded, decoded == query.int(1) else {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a chunk of metrics is damaged")
            }
            filled += decoded
        }
        points.keep(from: Int(first - (start ?? first)), count: Int(count), filled: filled)
        return points
    }
}

extension SeriesPoints {
    /// Leaves `count` points from `first` on, of those that were filled in. In place: a long series is not copied.
    fileprivate mutating func keep(from first: Int, count: Int, filled: Int) {
        let end = max(first, min(filled, first + count))
        func cut(_ column: inout [some Any]) {
            column.removeSubrange(end...)
            column.removeSubrange(..<first)
        }
        cut(&steps)
        cut(&times)
        cut(&values)
    }

    fileprivate func limited(to range: ClosedRange<Int64>) -> SeriesPoints {
        var kept = SeriesPoints()
        for index in steps.indices where range.contains(steps[index]) {
            kept.append(step: steps[index], time: times[index], value: values[index])
        }
        return kept
    }
}
