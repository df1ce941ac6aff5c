import RepriseModel
import RepriseSystem

/// A growing file of a job from which metrics are read.
package struct MetricTail: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// `metrics.jsonl`: every line is an object.
        case lines
        /// `stdout.log`: lines that begin `::metric ` hold one, all others are no concern.
        case log
        /// `events.out.tfevents.…`: records as TensorBoard reads them.
        case events
    }

    /// A longer line is skipped, and never kept in memory as a whole.
    package static let longestLine = 1 << 20

    package var run: RunID
    /// The file's name below the run's folder, under which the store keeps how far it has been read.
    package var source: String
    /// Absolute.
    package var path: String
    package var kind: Kind
    /// Put before every key.
    package var prefix: String

    package init(run: RunID, source: String, path: String, kind: Kind, prefix: String = "") {
        self.run = run
        self.source = source
        self.path = path
        self.kind = kind
        self.prefix = prefix
    }

    /// What was written since `position`, at most about `limit` bytes of it; nil where there is nothing new.
    ///
    /// An unfinished last line waits until its end is there; with `isFinal` nobody writes any more, and it counts as it
    /// is; the file is closed by that, so that reading it a second time adds nothing. A file that shrank or was replaced
    /// before is read again from its start, and a note says so.
    ///
    /// A file of events stays open, because another job of the run may be writing it; `isFinal` closes one that is damaged.
    package func read(
        from position: IngestPosition,
        at now: Timestamp,
        isFinal: Bool,
        _ files: any FileSystem,
        limit: Int = 4 << 20
    ) throws -> IngestBatch? {
        if position.isClosed { return nil }
        // Most looks at a running job find nothing, and should cost next to nothing.
        guard let status = try files.status(path), isFinal || status.bytes != position.offset else { return nil }
        var start = position
        let wanted = max(limit, 2 * MetricTail.longestLine)
        var bytes: [UInt8]
        do throws(FileError) {
            bytes = try files.read(
                path,
                offset: start.offset - Int64(start.markedBytes),
                count: start.markedBytes + wanted
            )
        } catch {
            if error.reason == .missing { return nil }
            throw error
        }
        var notes: [String] = []
        if !isStill(start, bytes) {
            notes.append("`\(source)` shrank or was replaced, and was read again from its start")
            start = IngestPosition(lines: 0, rejected: start.rejected)
            bytes = try files.read(path, offset: 0, count: wanted)
        }
        let read = bytes[start.markedBytes...]
        if kind == .events {
            let taken = events(read, from: start, size: status.bytes, isFinal: isFinal)
            return try batch(taken, notes, bytes, from: start, was: position, at: now, files)
        }
        var reading = TailReading(tail: self, position: start)
        let isEnd = isFinal && bytes.count < start.markedBytes + wanted
        read.withUnsafeBytes { reading.take($0, isEnd: isEnd) }
        // A file without a single metric needs no memory: nothing of it could come twice.
        let isEmpty = position == IngestPosition() && reading.hasNothing && (isEnd || reading.position.offset == 0)
        if isEmpty { return nil }
        reading.position.isClosed = isEnd
        let taken = Taken(columns: reading.columns, position: reading.position, notes: reading.notes)
        return try batch(taken, notes, bytes, from: start, was: position, at: now, files)
    }

    /// What one piece of the file gave.
    private struct Taken {
        var columns: [MetricColumn]
        var position: IngestPosition
        var notes: [String]
    }

    private func events(
        _ bytes: ArraySlice<UInt8>,
        from start: IngestPosition,
        size: Int64,
        isFinal: Bool
    ) -> Taken {
        var reading = EventReading(prefix: prefix, position: start)
        bytes.withUnsafeBytes { reading.take($0, end: size) }
        var taken = Taken(columns: reading.columns, position: reading.position, notes: [])
        if reading.isDamaged, isFinal {
            taken.position.isClosed = true
            let place = taken.position.offset
            taken.notes.append(
                place == 0
                    ? "`\(source)` is no event file of TensorBoard, and was not read"
                    : "`\(source)` is damaged at byte \(place), and was not read on from there"
            )
        }
        if start.rejected == 0, taken.position.rejected > 0 {
            taken.notes.append("`\(source)` holds events that cannot be read; they were passed over")
        }
        return taken
    }

    private func batch(
        _ taken: Taken,
        _ notes: [String],
        _ bytes: [UInt8],
        from start: IngestPosition,
        was position: IngestPosition,
        at now: Timestamp,
        _ files: any FileSystem
    ) throws -> IngestBatch? {
        var end = taken.position
        let count = end.offset - start.offset
        if count > bytes.count - start.markedBytes {
            // A long record was passed over, beyond what was read.
            end.mark = SHA256Hasher.digest(of: try files.read(path, offset: end.offset - 64, count: 64))
        } else {
            let behind = start.markedBytes + Int(count)
            end.mark = SHA256Hasher.digest(of: bytes[(behind - end.markedBytes)..<behind])
        }
        guard end != position else { return nil }
        return IngestBatch(
            run: run,
            time: now,
            columns: taken.columns,
            advance: IngestAdvance(source: source, from: position, to: end),
            notes: notes + taken.notes
        )
    }

    /// Whether the bytes before the position are those that were taken in.
    private func isStill(_ position: IngestPosition, _ bytes: [UInt8]) -> Bool {
        guard bytes.count >= position.markedBytes else { return false }
        return position.mark.map { $0 == SHA256Hasher.digest(of: bytes.prefix(position.markedBytes)) } ?? true
    }
}
