import GRDB
import RepriseModel
import RepriseTracking

/// What is known of a series without reading its points.
struct SeriesState {
    var summary: SeriesSummary
    /// The greatest of all times; nil while there is no point.
    var maxTime: Int64?
    /// Rows of the block that is being filled.
    var pieces = 0

    /// A series without points.
    init(key: String) {
        summary = SeriesSummary(
            key: key,
            count: 0,
            last: .nan,
            lastStep: 0,
            lastTime: Timestamp(milliseconds: 0),
            min: .nan,
            max: .nan
        )
    }

    init(summary: SeriesSummary, maxTime: Int64?, pieces: Int) {
        self.summary = summary
        self.maxTime = maxTime
        self.pieces = pieces
    }

    /// Takes in points that are added: least and greatest, and as the last point the one with the greatest step, time and
    /// value, whatever came last.
    mutating func take(_ points: SeriesPoints) {
        for index in points.values.indices {
            let (step, time, value) = (points.steps[index], points.times[index], points.values[index])
            if !value.isNaN {
                if !(summary.min <= value) { summary.min = value }
                if !(summary.max >= value) { summary.max = value }
            }
            if summary.count == 0 && index == 0 || isLater(step, time, value) {
                summary.lastStep = step
                summary.lastTime = Timestamp(milliseconds: time)
                summary.last = value
            }
            if maxTime.map({ $0 < time }) ?? true { maxTime = time }
        }
        summary.count += Int64(points.count)
    }

    @inline(__always)
    private func isLater(_ step: Int64, _ time: Int64, _ value: Double) -> Bool {
        if step != summary.lastStep { return step > summary.lastStep }
        if time != summary.lastTime.milliseconds { return time > summary.lastTime.milliseconds }
        return value.rank > summary.last.rank
    }
}

extension Double {
    /// Where a value stands among values of one step and time. NaN stands with 0, as it does for MLflow.
    fileprivate var rank: Double { isNaN ? 0 : self }
}
