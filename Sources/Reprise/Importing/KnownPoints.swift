import RepriseModel
import RepriseStore
import RepriseTracking

/// The points that a run has already, so that none is added twice.
struct KnownPoints {
    private struct Point: Hashable {
        var step: Int64
        var time: Int64
        /// By bits: a NaN is equal to itself, whichever it is.
        var value: UInt64
    }

    private let store: Store
    private let run: RunID
    private var key: String?
    private var points: Set<Point> = []

    init(store: Store, run: RunID) {
        self.store = store
        self.run = run
    }

    /// The points of the column that are new, now known. The pieces of one series come one after another.
    mutating func new(in column: MetricColumn) throws -> MetricColumn {
        if key != column.key {
            key = column.key
            points = []
            let kept = try store.points(run, column.key)
            points.reserveCapacity(kept.count + column.points.count)
            for index in 0..<kept.count { points.insert(point(kept, index)) }
        }
        var new = MetricColumn(key: column.key)
        for index in 0..<column.points.count where points.insert(point(column.points, index)).inserted {
            let value = KnownPoints.infinite(column.points.values[index])
            new.points.append(step: column.points.steps[index], time: column.points.times[index], value: value)
        }
        return new
    }

    private func point(_ points: SeriesPoints, _ index: Int) -> Point {
        let value = KnownPoints.infinite(points.values[index])
        // Both zeros are one point for MLflow.
        let bits = value.isNaN ? Double.nan.bitPattern : value == 0 ? 0 : value.bitPattern
        return Point(step: points.steps[index], time: points.times[index], value: bits)
    }

    /// MLflow's databases cannot hold an infinity, and keep the largest number there is in its place.
    private static func infinite(_ value: Double) -> Double {
        value.magnitude == .greatestFiniteMagnitude ? (value < 0 ? -.infinity : .infinity) : value
    }
}
