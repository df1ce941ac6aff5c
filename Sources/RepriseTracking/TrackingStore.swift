import RepriseModel

/// Where metrics and outputs are kept.
package protocol TrackingStore: Sendable {
    /// How far each source of the run has been read, by the source's name.
    func positions(of run: RunID) throws -> [String: IngestPosition]

    /// Writes the batches in one transaction; on disk when this returns. False for each batch that came too late, because
    /// another process has moved its source on since: nothing of it was written, and it must be read again.
    ///
    /// Points keep the order in which they come. A step that is not set becomes the number of points before it in its series.
    @discardableResult
    func ingest(_ batches: [IngestBatch]) throws -> [Bool]

    /// Writes down what the run left. A path that is already there is replaced.
    func save(_ outputs: [OutputRecord], of run: RunID) throws

    /// Adds what marks the run. The same words a second time change nothing.
    func note(_ text: String, on run: RunID) throws
}

/// Where files are kept by content.
package protocol ContentStore: Sendable {
    /// Takes in the content of regular files as it is now, in their order. On disk when this returns.
    func put(_ paths: [String]) throws -> [StoredObject]
}

/// What is kept of one file.
package struct StoredObject: Hashable, Sendable {
    package var digest: Digest
    package var bytes: Int64

    package init(digest: Digest, bytes: Int64) {
        self.digest = digest
        self.bytes = bytes
    }
}
