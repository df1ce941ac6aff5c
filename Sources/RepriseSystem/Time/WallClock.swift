import RepriseModel

/// The time of day. It may jump; measure durations with a `Clock`.
package protocol WallClock: Sendable {
    func now() -> Timestamp
}

/// Where random bits come from.
package protocol Entropy: Sendable {
    func next() -> UInt64
}

/// Lends an `Entropy` to what the standard library asks of a generator.
package struct EntropyGenerator: RandomNumberGenerator {
    private let entropy: any Entropy

    package init(_ entropy: any Entropy) { self.entropy = entropy }

    package mutating func next() -> UInt64 { entropy.next() }
}
