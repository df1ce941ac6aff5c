import GRDB
import RepriseModel
import RepriseTracking

extension SeriesAppending {
    /// The points that the series does not have yet, in their order; of equal ones among them the first.
    ///
    /// A point with a greater step than any before, or a later time, is new, and that is the common case. Only for the others
    /// are chunks read, and only those in whose times theirs lie.
    func new(among given: SeriesPoints, time: Timestamp, in database: Database) throws -> SeriesPoints {
        let points = given.settled(after: state.summary.count, time: time)
        var times = doubtfulTimes(points)
        guard !times.isEmpty else { return points }
        times.sort()
        var known: Set<PointIdentity> = []
        for piece in try pieces(at: times, in: database) {
            for index in piece.values.indices where times.containsSorted(piece.times[index]) {
                known.insert(PointIdentity(piece, index))
            }
        }
        var new = SeriesPoints()
        new.reserveCapacity(points.count)
        for index in points.values.indices where known.insert(PointIdentity(points, index)).inserted {
            new.append(step: points.steps[index], time: points.times[index], value: points.values[index])
        }
        return new
    }

    /// The times of the points that may be there already, or be equal to one before them.
    private func doubtfulTimes(_ points: SeriesPoints) -> [Int64] {
        var step: Int64?
        var time = state.maxTime
        if state.summary.count > 0 { step = state.summary.lastStep }
        var doubtful: [Int64] = []
        for index in points.steps.indices {
            let isNewStep = step.map { points.steps[index] > $0 } ?? true
            let isNewTime = time.map { points.times[index] > $0 } ?? true
            if isNewStep { step = points.steps[index] }
            if isNewTime { time = points.times[index] }
            if !isNewStep, !isNewTime { doubtful.append(points.times[index]) }
        }
        return doubtful
    }

    /// The points of every chunk in whose times one of these lies, or whose times are not known.
    private func pieces(at times: [Int64], in database: Database) throws -> [SeriesPoints] {
        guard let number else { return [] }
        let query = try SQLQuery(
            database,
            "SELECT first, count, min_time, max_time FROM chunk WHERE series = ?1 ORDER BY first",
            number
        )
        var places: [(first: Int64, count: Int64)] = []
        while try query.step() {
            let isUnknown = query.isNull(2) || query.isNull(3)
            if isUnknown || times.someSorted(from: query.int64(2), to: query.int64(3)) {
                places.append((query.int64(0), query.int64(1)))
            }
        }
        return try places.map { try database.points(ofSeries: number, from: $0.first, count: $0.count) }
    }
}

/// What makes two points of a series the same: NaN equals NaN, and both zeros are one.
private struct PointIdentity: Hashable {
    let step: Int64
    let time: Int64
    let value: UInt64

    init(_ points: SeriesPoints, _ index: Int) {
        step = points.steps[index]
        time = points.times[index]
        let value = points.values[index]
        self.value = value.isNaN ? Double.nan.bitPattern : value == 0 ? 0 : value.bitPattern
    }
}

extension [Int64] {
    /// The position of the first number, of these in order, that is not below `bound`.
    private func firstSorted(from bound: Int64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < bound { low = middle + 1 } else { high = middle }
        }
        return low
    }

    fileprivate func containsSorted(_ number: Int64) -> Bool { someSorted(from: number, to: number) }

    fileprivate func someSorted(from least: Int64, to greatest: Int64) -> Bool {
        let position = firstSorted(from: least)
        return position < count && self[position] <= greatest
    }
}
