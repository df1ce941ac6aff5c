import OrderedCollections
import RepriseModel

/// What was read from one source of one run since the last time, and how far that went.
///
/// The store writes points, summaries and position together or not at all.
package struct IngestBatch: Sendable {
    package var run: RunID
    /// When it was read: the time of points that have none of their own.
    package var time: Timestamp
    package var columns: [MetricColumn]
    package var advance: IngestAdvance?
    package var notes: [String]

    package init(
        run: RunID,
        time: Timestamp,
        columns: [MetricColumn] = [],
        advance: IngestAdvance? = nil,
        notes: [String] = []
    ) {
        self.run = run
        self.time = time
        self.columns = columns
        self.advance = advance
        self.notes = notes
    }

    /// Points that came without a file, as over HTTP or from the library.
    package init(run: RunID, time: Timestamp, points: [MetricPoint]) {
        var columns: OrderedDictionary<String, MetricColumn> = [:]
        for point in points {
            columns[point.key, default: MetricColumn(key: point.key)].points
                .append(step: point.step, time: point.time.milliseconds, value: point.value)
        }
        self.init(run: run, time: time, columns: Array(columns.values))
    }

    package var pointCount: Int { columns.reduce(0) { $0 + $1.points.count } }
}

/// New points of one series.
package struct MetricColumn: Hashable, Sendable {
    /// Stands in `steps` for a step, and in `times` for a time, that the program did not give.
    package static let unset = Int64.min

    package var key: String
    package var points: SeriesPoints

    package init(key: String, points: SeriesPoints = SeriesPoints()) {
        self.key = key
        self.points = points
    }
}

/// How far a source of a run has been read.
package struct IngestPosition: Hashable, Sendable {
    /// Bytes taken in; the next line starts there, unless `isInsideLongLine`.
    package var offset: Int64
    /// Lines taken in, whatever they were.
    package var lines: Int64
    /// Lines that are no metrics.
    package var rejected: Int64
    /// The offset stands inside a line that is too long and is being skipped.
    package var isInsideLongLine: Bool
    /// The file was read to its end after its job had ended, and is never read again, whatever becomes of it.
    package var isClosed: Bool
    /// The digest of the `markedBytes` bytes before the offset: while they still stand there, it is still the same file.
    /// Never the bytes themselves, which may be a secret that a program has printed. nil: nobody looked.
    package var mark: Digest?

    package init(
        offset: Int64 = 0,
        lines: Int64 = 0,
        rejected: Int64 = 0,
        isInsideLongLine: Bool = false,
        isClosed: Bool = false,
        mark: Digest? = nil
    ) {
        self.offset = offset
        self.lines = lines
        self.rejected = rejected
        self.isInsideLongLine = isInsideLongLine
        self.isClosed = isClosed
        self.mark = mark
    }

    /// How many bytes before the offset `mark` is of.
    package var markedBytes: Int { Int(min(64, offset)) }
}

/// A step from one position of a source to another.
package struct IngestAdvance: Hashable, Sendable {
    /// Path below the run's folder, such as `metrics.jsonl` or `steps/train/stdout.log`.
    package var source: String
    /// Where the store must still stand for the batch to count.
    package var from: IngestPosition
    package var to: IngestPosition

    package init(source: String, from: IngestPosition, to: IngestPosition) {
        self.source = source
        self.from = from
        self.to = to
    }
}
