/// Where text goes: standard output, standard error, or a test's memory.
package protocol TextSink: Sendable {
    /// Writes all of it. Throws `BrokenPipe` where nobody reads any more.
    func write(_ bytes: [UInt8]) throws
}

/// The reader of standard output has gone, as `head` does when it has seen enough. Nobody needs to be told.
package struct BrokenPipe: Error {
    package init() {}
}
