import GRDB
import RepriseModel
import RepriseTracking

extension Store: TrackingStore {
    package func positions(of run: RunID) throws -> [String: IngestPosition] {
        try read { database in
            let query = try SQLQuery(
                database,
                """
                SELECT source, offset, lines, rejected, is_inside_long_line, is_closed, mark FROM ingest_position
                WHERE run = (SELECT number FROM run WHERE id = ?1)
                """,
                run
            )
            var positions: [String: IngestPosition] = [:]
            while try query.step() { positions[query.text(0)] = query.position(from: 1) }
            return positions
        }
    }

    @discardableResult
    package func ingest(_ batches: [IngestBatch]) throws -> [Bool] {
        try write { database in
            try batches.map { batch in
                let number = try database.knownNumber(of: batch.run)
                if let advance = batch.advance, try !database.move(advance, of: number) { return false }
                for column in batch.columns where !column.points.isEmpty {
                    var appending = try SeriesAppending(of: column.key, run: number, in: database)
                    let settled = column.points.settled(after: appending.state.summary.count, time: batch.time)
                    try appending.append(settled, in: database)
                }
                for note in batch.notes { try database.addNote(note, to: number) }
                return true
            }
        }
    }
}

extension Database {
    /// Moves the source on; false where it no longer stands where the batch began.
    fileprivate func move(_ advance: IngestAdvance, of number: Int64) throws -> Bool {
        let query = try SQLQuery(
            self,
            """
            SELECT offset, lines, rejected, is_inside_long_line, is_closed, mark FROM ingest_position
            WHERE run = ?1 AND source = ?2
            """,
            number,
            advance.source
        )
        let known = try query.step() ? query.position(from: 0) : IngestPosition()
        guard known == advance.from else { return false }
        try SQLQuery.run(
            self,
            """
            INSERT OR REPLACE INTO ingest_position
                (run, source, offset, lines, rejected, is_inside_long_line, is_closed, mark) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """,
            number,
            advance.source,
            advance.to.offset,
            advance.to.lines,
            advance.to.rejected,
            advance.to.isInsideLongLine,
            advance.to.isClosed,
            advance.to.mark.map { Array($0.description.utf8) } ?? []
        )
        return true
    }
}

extension SQLQuery {
    fileprivate func position(from column: Int32) -> IngestPosition {
        IngestPosition(
            offset: int64(column),
            lines: int64(column + 1),
            rejected: int64(column + 2),
            isInsideLongLine: int64(column + 3) != 0,
            isClosed: int64(column + 4) != 0,
            mark: bytes(column + 5) { Digest(String(decoding: $0, as: UTF8.self)) }
        )
    }
}
