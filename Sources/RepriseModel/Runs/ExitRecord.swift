/// `exit.json`: how a job ended. Written atomically by `run.sh`; its presence ends the job.
public struct ExitRecord: Hashable, Sendable, Codable {
    /// The exit status of the command, 0…255; nil where a signal ended it.
    public var status: Int?
    /// The signal's number.
    public var signal: Int?
    public var startedAt: Timestamp?
    public var endedAt: Timestamp?
    /// CPU time of the job's processes.
    public var userMilliseconds: Int64?
    public var systemMilliseconds: Int64?
    /// Bytes: the largest resident set of one process, or, in a container of its own, all of its processes together with
    /// the files that the kernel kept in memory for them.
    public var peakMemory: Int64?
    /// The kernel, or whoever keeps the memory limit, ended processes of the job because it had too much memory; nil where
    /// nobody noticed such a thing.
    public var outOfMemory: Bool?

    public init(
        status: Int? = nil,
        signal: Int? = nil,
        startedAt: Timestamp? = nil,
        endedAt: Timestamp? = nil,
        userMilliseconds: Int64? = nil,
        systemMilliseconds: Int64? = nil,
        peakMemory: Int64? = nil,
        outOfMemory: Bool? = nil
    ) {
        self.status = status
        self.signal = signal
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.userMilliseconds = userMilliseconds
        self.systemMilliseconds = systemMilliseconds
        self.peakMemory = peakMemory
        self.outOfMemory = outOfMemory
    }

    public var isSuccess: Bool { status == 0 && signal == nil }
}
