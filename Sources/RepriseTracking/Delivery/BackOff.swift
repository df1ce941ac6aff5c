import RepriseSystem

/// How long to leave a tracker alone: twice as long after each failure in a row, with chance in it, so that many stores
/// that lost one tracker at the same moment do not all come back at the same moment.
package struct BackOff: Sendable {
    package var first: Duration
    package var longest: Duration

    package init(first: Duration = .seconds(2), longest: Duration = .seconds(600)) {
        self.first = first
        self.longest = longest
    }

    /// Between half and all of `first` · 2^(failures − 1), at most `longest`.
    package func pause(after failures: Int, _ entropy: any Entropy) -> Duration {
        var whole = first
        for _ in 1..<max(2, min(failures, 40)) where failures > 1 && whole < longest { whole *= 2 }
        let part = Double(entropy.next() >> 11) / Double(1 << 53)
        return min(whole, longest) * (0.5 + part / 2)
    }
}
