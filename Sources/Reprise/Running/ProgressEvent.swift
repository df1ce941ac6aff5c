import RepriseModel

/// What happens while runs are prepared and executed, in the order in which it was written down.
public enum ProgressEvent: Sendable {
    /// A remark for a person, a whole sentence.
    case note(String)
    /// Code or data are being taken in; `total` is nil while nobody knows.
    case snapshot(what: String, done: Int, total: Int?)
    /// An image is looked up, fetched or built: a line of whoever does it, or bytes, or both. `done` without `total` is
    /// all that is known; an empty text without bytes says that there is nothing more to tell.
    case image(reference: String, text: String, done: Int64?, total: Int64?)
    /// The launch is on disk: these runs will be executed, whatever happens to this process.
    case queued([RunID])
    /// A job of the run changed its state, and the change is on disk.
    case changed(RunID, job: JobKey, state: RunState, reason: String?)
    /// A run as a whole changed its state, and the change is on disk.
    case runChanged(RunID, RunState, reason: String?)
    /// The job waits, and why.
    case waiting(JobKey, reason: String)
    /// New points of the run's series were taken in.
    case metrics(RunID, [SeriesSummary])
}

/// Runs that were queued together by one `evaluate` or `reprise run`.
public struct Launch: Hashable, Sendable {
    public var id: String
    public var runs: [RunID]
    public var snapshot: Digest
}
