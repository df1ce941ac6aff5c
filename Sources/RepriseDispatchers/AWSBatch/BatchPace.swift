/// How often something may be asked: seldom, more often where news is expected, ever more seldom where nobody answers.
struct BatchPace {
    let interval: Duration
    let urgent: Duration
    private var tried: ContinuousClock.Instant?
    private var failures = 0
    private var urgentUntil: ContinuousClock.Instant?
    private var isHurried = false

    init(interval: Duration, urgent: Duration) {
        self.interval = interval
        self.urgent = urgent
    }

    func isDue(_ now: ContinuousClock.Instant) -> Bool {
        guard let tried else { return true }
        if isHurried, failures == 0 { return true }
        let usual = (urgentUntil ?? now) > now ? urgent : interval
        return now - tried >= min(.seconds(60), usual * (1 << min(failures, 6)))
    }

    mutating func begin(_ now: ContinuousClock.Instant) {
        tried = now
        isHurried = false
    }

    mutating func succeed() { failures = 0 }
    mutating func fail() { failures += 1 }
    mutating func hurry() { isHurried = true }
    mutating func expectNews(until moment: ContinuousClock.Instant) { urgentUntil = max(urgentUntil ?? moment, moment) }
}
