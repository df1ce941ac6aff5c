import RepriseModel
import RepriseSystem

/// Takes what running jobs have logged into the store.
package struct MetricIngest: Sendable {
    private let store: any TrackingStore
    private let files: any FileSystem
    private let clock: any WallClock

    package init(store: any TrackingStore, files: any FileSystem, clock: any WallClock) {
        self.store = store
        self.files = files
        self.clock = clock
    }

    /// Reads every tail to its end and writes what is new, the points of all of them in one transaction a round.
    ///
    /// With `isFinal` the jobs have ended, and a last line without an end counts. Idempotent; another process may do the
    /// same at the same time. Returns the number of points written. Notes show pieces of lines; `cleaning` takes out of them
    /// what nobody may see.
    @discardableResult
    package func take(
        _ tails: [MetricTail],
        isFinal: Bool,
        cleaning: (String) -> String = { $0 }
    ) throws -> Int {
        var open = tails
        var points = 0
        while !open.isEmpty {
            var positions: [RunID: [String: IngestPosition]] = [:]
            var batches: [IngestBatch] = []
            var next: [MetricTail] = []
            for tail in open {
                let known = try positions[tail.run] ?? store.positions(of: tail.run)
                positions[tail.run] = known
                let position = known[tail.source] ?? IngestPosition()
                guard var batch = try tail.read(from: position, at: clock.now(), isFinal: isFinal, files) else {
                    continue
                }
                batch.notes = batch.notes.map(cleaning)
                batches.append(batch)
                next.append(tail)
            }
            if batches.isEmpty { return points }
            for (batch, isWritten) in zip(batches, try store.ingest(batches)) where isWritten {
                points += batch.pointCount
            }
            open = next
        }
        return points
    }
}
