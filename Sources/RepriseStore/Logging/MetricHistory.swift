import GRDB
import RepriseModel
import RepriseTracking

extension Store {
    /// A page of a series in the order of time, step and value: at most `limit` points from position `after` on, and where
    /// the next page begins, if there is one. Empty for a series that the run does not have.
    package func history(
        of run: RunID,
        key: String,
        limit: Int,
        after: Int64? = nil
    ) throws -> (points: SeriesPoints, next: Int64?) {
        let all = try points(run, key).ordered { points, index in (points.times[index], points.steps[index]) }
        let start = Int(clamping: max(0, after ?? 0))
        guard start < all.count else { return (SeriesPoints(), nil) }
        let end = start + min(max(0, limit), all.count - start)
        guard start > 0 || end < all.count else { return (all, nil) }
        return (all[start..<end], end < all.count ? Int64(end) : nil)
    }

    /// About evenly spread points of a series in the order of step, time and value, at most `limit`, the first and the last
    /// among them, and otherwise the least and greatest of every stretch. With `steps`, only points whose step lies there.
    package func sampledHistory(
        of run: RunID,
        key: String,
        limit: Int,
        steps: ClosedRange<Int64>? = nil
    ) throws -> SeriesPoints {
        try points(run, key, steps: steps)
            .ordered { points, index in (points.steps[index], points.times[index]) }
            .sampled(to: limit)
    }
}

extension SeriesPoints {
    /// In the order of a pair of numbers, then of the value. Most series are in order already.
    fileprivate func ordered(by numbers: (SeriesPoints, Int) -> (Int64, Int64)) -> SeriesPoints {
        func isBefore(_ left: Int, _ right: Int) -> Bool {
            let (one, other) = (numbers(self, left), numbers(self, right))
            return one == other ? values[left] < values[right] : one < other
        }
        guard (0..<max(0, count - 1)).contains(where: { isBefore($0 + 1, $0) }) else { return self }
        // The position last, so that points that are equal but for NaN keep their order.
        let order = values.indices.sorted { isBefore($0, $1) || !isBefore($1, $0) && $0 < $1 }
        return SeriesPoints(
            steps: order.map { steps[$0] },
            times: order.map { times[$0] },
            values: order.map { values[$0] }
        )
    }

    /// Never more than `limit`; of one point alone the last is left.
    fileprivate func sampled(to limit: Int) -> SeriesPoints {
        guard count > limit, limit > 0 else { return self }
        guard limit >= 4 else {
            let some = (0..<limit).map { limit == 1 ? count - 1 : $0 * (count - 1) / (limit - 1) }
            return SeriesPoints(
                steps: some.map { steps[$0] },
                times: some.map { times[$0] },
                values: some.map { values[$0] }
            )
        }
        return downsampled(to: limit)
    }
}
