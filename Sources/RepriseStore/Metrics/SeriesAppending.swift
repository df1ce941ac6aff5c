import GRDB
import RepriseModel
import RepriseTracking

/// One series while points are added to it.
///
/// Points lie in blocks of `ChunkFormat.size` by their position in the series. A block that is being filled consists of
/// several pieces, so that a single point costs a few bytes; they become one when the block is full, or when there are
/// many of them.
struct SeriesAppending {
    private static let mostPieces = 32

    private var number: Int64
    private var summary: SeriesSummary
    /// Rows of the block that is being filled.
    private var pieces: Int

    /// Finds the run's series of that key, or makes it.
    init(of key: String, run: Int64, in database: Database) throws {
        let query = try SQLQuery(
            database,
            "SELECT key, count, last, last_step, last_time, min, max, number, pieces FROM series WHERE run = ?1 AND key = ?2",
            run,
            key
        )
        if try query.step() {
            summary = query.summary(from: 0)
            number = query.int64(7)
            pieces = query.int(8)
        } else {
            summary = SeriesSummary(
                key: key,
                count: 0,
                last: .nan,
                lastStep: 0,
                lastTime: Timestamp(milliseconds: 0),
                min: .nan,
                max: .nan
            )
            pieces = 0
            try SQLQuery.run(
                database,
                "INSERT INTO series (run, key, count, last_step, last_time, pieces) VALUES (?1, ?2, 0, 0, 0, 0)",
                run,
                key
            )
            number = database.lastInsertedRowID
        }
    }

    mutating func append(_ new: SeriesPoints, time: Timestamp, in database: Database) throws {
        let points = settled(new, time: time)
        var taken = 0
        while taken < points.count {
            let filled = Int(summary.count % Int64(ChunkFormat.size))
            let count = min(ChunkFormat.size - filled, points.count - taken)
            try insert(points[taken..<taken + count], first: summary.count, in: database)
            summary.count += Int64(count)
            taken += count
            let isFull = filled + count == ChunkFormat.size
            if isFull || pieces >= SeriesAppending.mostPieces {
                try unite(from: summary.count - Int64(filled + count), in: database)
            }
            if isFull { pieces = 0 }
        }
        summarise(points)
        try save(in: database)
    }

    /// Puts in the steps and times that the program did not give.
    private func settled(_ new: SeriesPoints, time: Timestamp) -> SeriesPoints {
        var points = new
        for index in points.steps.indices where points.steps[index] == MetricColumn.unset {
            points.steps[index] = summary.count + Int64(index)
        }
        for index in points.times.indices where points.times[index] == MetricColumn.unset {
            points.times[index] = time.milliseconds
        }
        return points
    }

    private mutating func insert(_ points: SeriesPoints, first: Int64, in database: Database) throws {
        try SQLQuery.run(
            database,
            "INSERT INTO chunk (series, first, count, points) VALUES (?1, ?2, ?3, ?4)",
            number,
            first,
            points.count,
            ChunkFormat.encode(points)
        )
        pieces += 1
    }

    /// Makes one piece of all that the block starting at `first` has.
    private mutating func unite(from first: Int64, in database: Database) throws {
        guard pieces > 1 else { return }
        let points = try database.points(ofSeries: number, from: first, count: summary.count - first)
        try SQLQuery.run(database, "DELETE FROM chunk WHERE series = ?1 AND first >= ?2", number, first)
        pieces = 0
        try insert(points, first: first, in: database)
    }

    private mutating func summarise(_ points: SeriesPoints) {
        for value in points.values where !value.isNaN {
            if !(summary.min <= value) { summary.min = value }
            if !(summary.max >= value) { summary.max = value }
        }
        guard let last = points.values.last, let step = points.steps.last, let time = points.times.last else { return }
        summary.last = last
        summary.lastStep = step
        summary.lastTime = Timestamp(milliseconds: time)
    }

    private func save(in database: Database) throws {
        try SQLQuery.run(
            database,
            """
            UPDATE series SET count = ?2, last = ?3, last_step = ?4, last_time = ?5, min = ?6, max = ?7, pieces = ?8
            WHERE number = ?1
            """,
            number,
            summary.count,
            summary.last,
            summary.lastStep,
            summary.lastTime,
            summary.min,
            summary.max,
            pieces
        )
    }
}
