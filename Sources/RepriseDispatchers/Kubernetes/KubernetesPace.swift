/// When the cluster is asked again: every few seconds, sooner where news are expected, and ever more rarely where it does not
/// answer.
struct KubernetesPace: Hashable, Sendable {
    private static let longest = Duration.seconds(60)

    let interval: Duration
    /// When the last answer was asked for.
    private(set) var asked: ContinuousClock.Instant?
    private var tried: ContinuousClock.Instant?
    private var failures = 0
    private var isAsking = false
    private var urgentUntil: ContinuousClock.Instant?

    init(_ interval: Duration) { self.interval = interval }

    mutating func expectNews(for time: Duration, _ now: ContinuousClock.Instant) {
        urgentUntil = max(urgentUntil ?? now, now + time)
    }

    /// Whether it is time; from then on until `answered` or `failed` it is not.
    mutating func begins(_ now: ContinuousClock.Instant, isUrgent: Bool) -> Bool {
        let isPressing = isUrgent || (urgentUntil ?? now) > now
        let pause = (isPressing ? min(interval, .seconds(1)) : interval) * (1 << min(failures, 6))
        guard !isAsking, tried.map({ now - $0 >= min(Self.longest, pause) }) ?? true else { return false }
        isAsking = true
        tried = now
        return true
    }

    mutating func answered() {
        asked = tried
        failures = 0
        isAsking = false
    }

    mutating func failed() {
        failures += 1
        isAsking = false
    }

    /// Whether the last answer says something of what was so since `moment`.
    func isAnswered(since moment: ContinuousClock.Instant?) -> Bool {
        guard let asked, let moment else { return false }
        return asked >= moment
    }
}
