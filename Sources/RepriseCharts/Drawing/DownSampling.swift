extension ChartSeries {
    /// At most five points for each of `buckets` stretches: first, lowest, highest, last, and one gap if there is any.
    ///
    /// No extreme is lost, so that a spike of one point in a million still shows.
    package func downSampled(buckets: Int) -> ChartSeries {
        guard buckets > 0, points.count > buckets * 5 else { return self }
        var kept: [ChartPoint] = []
        kept.reserveCapacity(buckets * 5)
        for bucket in 0..<buckets {
            let start = points.count * bucket / buckets
            let end = points.count * (bucket + 1) / buckets
            kept += extremes(start..<end)
        }
        return ChartSeries(label: label, points: kept)
    }

    private func extremes(_ range: Range<Int>) -> [ChartPoint] {
        var lowest: Int?
        var highest: Int?
        var gap: Int?
        for index in range {
            let y = points[index].y
            guard y.isFinite else {
                if gap == nil { gap = index }
                continue
            }
            if lowest.map({ y < points[$0].y }) ?? true { lowest = index }
            if highest.map({ y > points[$0].y }) ?? true { highest = index }
        }
        let chosen = [range.lowerBound, lowest, highest, gap, range.upperBound - 1].compactMap { $0 }
        return Set(chosen).sorted().map { points[$0] }
    }
}
