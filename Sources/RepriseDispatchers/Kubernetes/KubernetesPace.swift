/// When the cluster is asked again: every few seconds, sooner where news are expected, and ever more rarely where it does not
/// answer.
///
/// What has just begun may end just as soon: nothing is told later than a quarter of its own time after it happened, as long
/// as the cluster answers quickly. One that takes long to answer is left alone for twice as long.
struct KubernetesPace: Hashable, Sendable {
    private static let longest = Duration.seconds(60)
    private static let shortest = Duration.milliseconds(300)
    /// The longest pause that a slow answer is worth.
    private static let rest = Duration.seconds(10)

    let interval: Duration
    /// When the last answer was asked for.
    private(set) var asked: ContinuousClock.Instant?
    private var tried: ContinuousClock.Instant?
    /// How long the last answer took.
    private var answerTime = Duration.zero
    private var failures = 0
    private var isAsking = false
    private var urgentUntil: ContinuousClock.Instant?

    init(_ interval: Duration) { self.interval = interval }

    mutating func expectNews(for time: Duration, _ now: ContinuousClock.Instant) {
        urgentUntil = max(urgentUntil ?? now, now + time)
    }

    /// Whether it is time; from then on until `answered` or `failed` it is not. `latest` is when the last of the things began
    /// that are waited for.
    mutating func begins(
        _ now: ContinuousClock.Instant,
        isUrgent: Bool,
        latest: ContinuousClock.Instant? = nil
    ) -> Bool {
        guard !isAsking, tried.map({ now - $0 >= pause(now, isUrgent, latest) }) ?? true else { return false }
        isAsking = true
        tried = now
        return true
    }

    private func pause(
        _ now: ContinuousClock.Instant,
        _ isUrgent: Bool,
        _ latest: ContinuousClock.Instant?
    ) -> Duration {
        guard interval > .zero else { return .zero }
        guard failures == 0 else { return min(Self.longest, interval * (1 << min(failures, 6))) }
        let isPressing = isUrgent || (urgentUntil ?? now) > now
        let wanted = isPressing ? .zero : latest.map { (now - $0) / 4 } ?? interval
        return max(min(interval, max(wanted, Self.shortest)), min(answerTime * 2, Self.rest))
    }

    mutating func answered(_ now: ContinuousClock.Instant) {
        asked = tried
        answerTime = tried.map { now - $0 } ?? .zero
        failures = 0
        isAsking = false
    }

    mutating func failed() {
        failures += 1
        isAsking = false
    }

    /// Whether the last question was not answered.
    var isFailing: Bool { failures > 0 }

    /// Whether the last answer says something of what was so since `moment`.
    func isAnswered(since moment: ContinuousClock.Instant?) -> Bool {
        guard let asked, let moment else { return false }
        return asked >= moment
    }
}
