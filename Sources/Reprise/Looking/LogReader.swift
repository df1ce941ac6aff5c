import RepriseModel
import RepriseStore
import RepriseSystem

/// Which part of a run's output is read.
public struct LogOptions: Hashable, Sendable {
    /// One step; nil for all, in the order of the steps.
    public var step: String?
    /// Standard error instead of standard output.
    public var errors: Bool
    /// Only the last lines.
    public var tail: Int?
    /// Go on until the run has ended.
    public var follow: Bool

    public init(step: String? = nil, errors: Bool = false, tail: Int? = nil, follow: Bool = false) {
        self.step = step
        self.errors = errors
        self.tail = tail
        self.follow = follow
    }
}

extension Laboratory {
    /// What the run has printed, in pieces of at most 256 KiB, as it stands in its files.
    public func logs(
        _ run: RunID,
        _ options: LogOptions = LogOptions()
    ) throws
        -> AsyncThrowingStream<[UInt8], any Error>
    {
        let store = try store()
        let record = try store.run(run)
        guard record.origin == nil else {
            throw record.request.notLaunched("run `\(run.short)` has no log")
        }
        let known = Set(record.jobs.compactMap(\.key.step))
        if let step = options.step, !known.contains(step) {
            let nearest = nearestName(to: step, among: known.sorted())
            throw Mistake(
                "run `\(run.short)` has no step `\(step)`",
                why: known.isEmpty ? "it is one command, without steps" : nil,
                fix: nearest.map { "did you mean `\($0)`?" }
                    ?? (known.isEmpty
                        ? "leave `--step` out" : "its steps: \(known.sorted().joined(separator: ", "))"),
                code: "unknown-step"
            )
        }
        let jobs = record.jobs.filter { options.step == nil || $0.key.step == options.step }
        let reader = LogReader(store: store, run: run, jobs: jobs.map(\.key), options: options)
        return AsyncThrowingStream { try await reader.next() }
    }
}

/// Reads the log files of one run, one job after the other.
private actor LogReader {
    private let store: Store
    private let run: RunID
    private var waiting: [JobKey]
    private let options: LogOptions
    private var open: (path: String, offset: Int64)?

    init(store: Store, run: RunID, jobs: [JobKey], options: LogOptions) {
        self.store = store
        self.run = run
        waiting = jobs
        self.options = options
    }

    func next() async throws -> [UInt8]? {
        while true {
            if open == nil {
                guard !waiting.isEmpty else { return nil }
                open = try start(waiting.removeFirst())
            }
            guard let (path, offset) = open else { return nil }
            // Asked before reading: what is there once it has ended is all there will ever be.
            let ended = try !options.follow || store.run(run).state.isEnded
            let piece = try store.files.exists(path) ? store.files.read(path, offset: offset, count: 256 << 10) : []
            if !piece.isEmpty {
                open = (path, offset + Int64(piece.count))
                return piece
            }
            if ended {
                open = nil
                continue
            }
            try await ContinuousClock().sleep(for: .milliseconds(150))
        }
    }

    private func start(_ job: JobKey) throws -> (path: String, offset: Int64) {
        let folder = store.folder.run(run) + (job.folder.isEmpty ? "" : "/" + job.folder)
        let path = folder + (options.errors ? "/stderr.log" : "/stdout.log")
        guard let tail = options.tail, let size = try store.files.status(path)?.bytes else { return (path, 0) }
        return (path, try offset(ofLast: tail, in: path, size: size))
    }

    /// Where the last `count` lines begin, read backwards in pieces.
    private func offset(ofLast count: Int, in path: String, size: Int64) throws -> Int64 {
        var end = size
        var found = 0
        while end > 0 {
            let start = max(0, end - 64 << 10)
            let piece = try store.files.read(path, offset: start, count: Int(end - start))
            for index in piece.indices.reversed() where piece[index] == UInt8(ascii: "\n") {
                let isLast = start + Int64(index) == size - 1
                if isLast { continue }
                found += 1
                if found == count { return start + Int64(index) + 1 }
            }
            end = start
        }
        return 0
    }
}
