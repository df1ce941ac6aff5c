import RepriseModel

/// When it is time to ask Slurm again, however many jobs wait for an answer.
struct SlurmPace {
    /// Between two questions where nothing is expected.
    let interval: Duration
    private(set) var tried: ContinuousClock.Instant?
    private var failures = 0
    private var urgentUntil: ContinuousClock.Instant?
    /// Slurm's word is awaited for an end that a job has written down.
    var isUrgent = false

    init(interval: Duration) { self.interval = interval }

    /// Whether it is time again for what is done every `interval`, less often as long as nobody answers.
    func isDue(_ interval: Duration, since last: ContinuousClock.Instant?, _ now: ContinuousClock.Instant) -> Bool {
        guard let last else { return true }
        let isPressing = isUrgent || (urgentUntil ?? now) > now
        let pause = min(.seconds(60), (isPressing ? min(interval, .seconds(1)) : interval) * (1 << min(failures, 6)))
        return now - last >= pause
    }

    func isDue(_ now: ContinuousClock.Instant) -> Bool { isDue(interval, since: tried, now) }

    mutating func noteTry(_ now: ContinuousClock.Instant) { tried = now }

    mutating func noteFailure() { failures += 1 }

    mutating func noteAnswer() { failures = 0 }

    /// From `now` on Slurm is asked more often for a while.
    mutating func expectNews(until moment: ContinuousClock.Instant) { urgentUntil = max(urgentUntil ?? moment, moment) }
}
