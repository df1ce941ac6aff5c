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
    /// The largest resident set of one process, in bytes.
    public var peakMemory: Int64?

    public init(
        status: Int? = nil,
        signal: Int? = nil,
        startedAt: Timestamp? = nil,
        endedAt: Timestamp? = nil,
        userMilliseconds: Int64? = nil,
        systemMilliseconds: Int64? = nil,
        peakMemory: Int64? = nil
    ) {
        self.status = status
        self.signal = signal
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.userMilliseconds = userMilliseconds
        self.systemMilliseconds = systemMilliseconds
        self.peakMemory = peakMemory
    }

    public var isSuccess: Bool { status == 0 && signal == nil }
}
