/// What a job asks of the machine it runs on. Unset means: no demand and no limit.
public struct Resources: Hashable, Sendable, Codable {
    /// Whole processors; a job that asks for none counts as one when runs are packed.
    public var cpus: Int?
    /// Bytes of main memory; more than that ends the job where the system allows it.
    public var memory: Int64?
    public var gpus: Int?
    /// Milliseconds of wall-clock time; then the job's whole process tree is ended.
    public var time: Int64?
    /// Bytes of free disk that must be there before the job starts.
    public var disk: Int64?

    public init(cpus: Int? = nil, memory: Int64? = nil, gpus: Int? = nil, time: Int64? = nil, disk: Int64? = nil) {
        self.cpus = cpus
        self.memory = memory
        self.gpus = gpus
        self.time = time
        self.disk = disk
    }
}

/// When a job that ended badly is tried again.
public struct RetryPolicy: Hashable, Sendable, Codable {
    public enum Event: String, Hashable, Sendable, Codable, CaseIterable {
        case failed, lost, preempted
        /// The time limit ended it. Not part of `failed`: more time rarely comes by itself.
        case timeout

        /// The engine took the job away, which says nothing of the program.
        public var isInterruption: Bool { self == .preempted || self == .lost }
    }

    /// The attempts that the program itself may need, the first included: those that fail or take too long. 1 means no retry.
    public var attempts: Int
    public var on: [Event]
    /// How often the engine may take the job away, counted apart; nil: ten times where there are retries at all.
    public var interruptions: Int?

    public init(
        attempts: Int = 1,
        on: [Event] = [.preempted, .lost, .failed],
        interruptions: Int? = nil
    ) {
        self.attempts = attempts
        self.on = on
        self.interruptions = interruptions
    }

    /// Whether a job that ended so is tried again: at this attempt, of which so many before were taken away by the engine.
    public func allows(_ event: Event, attempt: Int, interruptions former: Int) -> Bool {
        guard on.contains(event) else { return false }
        if event.isInterruption { return former < interruptions ?? (attempts > 1 ? 10 : 0) }
        return attempt - former < attempts
    }
}
