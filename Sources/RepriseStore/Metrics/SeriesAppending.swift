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

    private let run: Int64
    /// Nil for a series that has no row yet.
    private(set) var number: Int64?
    private(set) var state: SeriesState

    /// Finds the run's series of that key.
    init(of key: String, run: Int64, in database: Database) throws {
        self.run = run
        let query = try SQLQuery(
            database,
            """
            SELECT key, count, last, last_step, last_time, min, max, number, pieces, max_time FROM series
            WHERE run = ?1 AND key = ?2
            """,
            run,
            key
        )
        guard try query.step() else {
            state = SeriesState(key: key)
            return
        }
        let number = query.int64(7)
        self.number = number
        state = SeriesState(
            summary: query.summary(from: 0),
            maxTime: query.isNull(9) ? nil : query.int64(9),
            pieces: query.int(8)
        )
        if state.maxTime == nil, state.summary.count > 0 { try readAgain(number, in: database) }
    }

    /// The first format knew no greatest time, and took the point that came last for the last.
    private mutating func readAgain(_ number: Int64, in database: Database) throws {
        let points = try database.points(ofSeries: number, from: 0, count: state.summary.count)
        var fresh = SeriesState(key: state.summary.key)
        fresh.take(points)
        fresh.pieces = state.pieces
        state = fresh
    }

    /// Adds points as they are. Steps and times must be set.
    mutating func append(_ points: SeriesPoints, in database: Database) throws {
        guard !points.isEmpty else { return }
        let before = state.summary.count
        state.take(points)
        guard let number else {
            // Every block but the last is full at once.
            state.pieces = points.count % ChunkFormat.size == 0 ? 0 : 1
            let number = try insertRow(in: database)
            for start in stride(from: 0, to: points.count, by: ChunkFormat.size) {
                let piece = points[start..<min(points.count, start + ChunkFormat.size)]
                try database.insert(piece, series: number, first: Int64(start))
            }
            self.number = number
            return
        }
        try append(points, to: number, from: before, in: database)
        try save(number, in: database)
    }

    private mutating func append(
        _ points: SeriesPoints,
        to number: Int64,
        from before: Int64,
        in database: Database
    ) throws {
        var taken = 0
        while taken < points.count {
            let first = before + Int64(taken)
            let filled = Int(first % Int64(ChunkFormat.size))
            let count = min(ChunkFormat.size - filled, points.count - taken)
            let isAll = taken == 0 && count == points.count
            try database.insert(isAll ? points : points[taken..<taken + count], series: number, first: first)
            state.pieces += 1
            taken += count
            let isFull = filled + count == ChunkFormat.size
            if isFull || state.pieces >= SeriesAppending.mostPieces {
                try unite(number, from: first - Int64(filled), to: first + Int64(count), in: database)
            }
            if isFull { state.pieces = 0 }
        }
    }

    /// Makes one piece of all that the block starting at `first` has.
    private mutating func unite(_ number: Int64, from first: Int64, to end: Int64, in database: Database) throws {
        guard state.pieces > 1 else { return }
        let points = try database.points(ofSeries: number, from: first, count: end - first)
        try SQLQuery.run(database, "DELETE FROM chunk WHERE series = ?1 AND first >= ?2", number, first)
        try database.insert(points, series: number, first: first)
        state.pieces = 1
    }

    private func insertRow(in database: Database) throws -> Int64 {
        try SQLQuery.run(
            database,
            """
            INSERT INTO series (run, key, count, last, last_step, last_time, min, max, pieces, max_time)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """,
            run,
            state.summary.key,
            state.summary.count,
            state.summary.last,
            state.summary.lastStep,
            state.summary.lastTime,
            state.summary.min,
            state.summary.max,
            state.pieces,
            state.maxTime
        )
        return database.lastInsertedRowID
    }

    private func save(_ number: Int64, in database: Database) throws {
        try SQLQuery.run(
            database,
            """
            UPDATE series SET count = ?2, last = ?3, last_step = ?4, last_time = ?5, min = ?6, max = ?7, pieces = ?8,
                max_time = ?9
            WHERE number = ?1
            """,
            number,
            state.summary.count,
            state.summary.last,
            state.summary.lastStep,
            state.summary.lastTime,
            state.summary.min,
            state.summary.max,
            state.pieces,
            state.maxTime
        )
    }
}

extension Database {
    fileprivate func insert(_ points: SeriesPoints, series: Int64, first: Int64) throws {
        var (least, greatest) = (Int64.max, Int64.min)
        for time in points.times { (least, greatest) = (min(least, time), max(greatest, time)) }
        try SQLQuery.run(
            self,
            "INSERT INTO chunk (series, first, count, points, min_time, max_time) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            series,
            first,
            points.count,
            ChunkFormat.encode(points),
            least,
            greatest
        )
    }
}

extension SeriesPoints {
    /// With the steps and times that the program did not give: the number of points before it, and `time`.
    func settled(after count: Int64, time: Timestamp) -> SeriesPoints {
        guard steps.contains(MetricColumn.unset) || times.contains(MetricColumn.unset) else { return self }
        var points = self
        for index in steps.indices where steps[index] == MetricColumn.unset {
            points.steps[index] = count + Int64(index)
        }
        for index in times.indices where times[index] == MetricColumn.unset { points.times[index] = time.milliseconds }
        return points
    }
}
