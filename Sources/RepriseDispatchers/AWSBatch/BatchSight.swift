import RepriseDispatch
import RepriseModel

/// What was seen of a job so far.
struct BatchSight {
    var submission: BatchJobFiles.Submission?
    var inbox = BatchInbox()
    var claim: Timestamp?
    var trouble: String?
    var lastWords: String?
    var row: BatchRow?
    var asked: ContinuousClock.Instant?
    var listed: ContinuousClock.Instant?
    /// Since when no answer of AWS Batch has had it: those soon after a submission may lack it, and any may for a moment.
    var absentSince: ContinuousClock.Instant?
    /// Since when AWS Batch says that it is over, or has known nothing of it for a while.
    var overSince: ContinuousClock.Instant?
    var verdict: String?
    /// Why AWS Batch did not terminate it, and what it had said last before.
    var refusal: (error: any Error, asked: ContinuousClock.Instant?)?
    var isCancelled = false
    var damages = 0
    /// Why what it has sent could not be taken, how often so far, and when it is tried again.
    var setback: (error: any Error, times: Int, again: ContinuousClock.Instant)?
}
