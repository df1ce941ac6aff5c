import RepriseDispatch
import RepriseModel

/// What was seen of a job so far.
struct BatchSight {
    var since: ContinuousClock.Instant
    var submission: BatchJobFiles.Submission?
    var inbox = BatchInbox()
    var claim: Timestamp?
    var trouble: String?
    var lastWords: String?
    var row: BatchRow?
    var asked: ContinuousClock.Instant?
    var listed: ContinuousClock.Instant?
    /// Since when AWS Batch says that it is over, or knows nothing of it.
    var overSince: ContinuousClock.Instant?
    var verdict: String?
    var isCancelled = false
    var damages = 0
}
