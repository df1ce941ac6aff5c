import NIOPosix

/// Threads for work that waits for a disk: neither the event loops nor Swift's own few threads may.
private let threads: NIOThreadPool = {
    let pool = NIOThreadPool(numberOfThreads: 16)
    pool.start()
    return pool
}()

/// Runs the work on a thread that may block.
func blocking<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await threads.runIfActive(work)
}

/// How much of a file is held in memory at a time.
let pieceBytes = 1 << 20
