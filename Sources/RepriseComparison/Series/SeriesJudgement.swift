import RepriseModel

/// How one metric series of two executions compares.
public struct SeriesJudgement: Hashable, Sendable, Codable {
    /// Two points of the same step whose values the class does not forgive.
    public struct Parting: Hashable, Sendable, Codable {
        public var step: Int64
        /// Which of the points of that step, from 0: a program may log a step again.
        public var occurrence: Int
        /// The place of the original's point in its order of arrival, from 0.
        public var index: Int
        public var left: Double
        public var right: Double
        public var difference: Double
        public var allowed: Double
    }

    /// A point that only one execution has.
    public struct Unpaired: Hashable, Sendable, Codable {
        public var step: Int64
        public var side: Side
        public var value: Double
    }

    public var key: String
    public var outcome: Verdict.Outcome
    public var tolerance: Tolerance
    public var leftCount: Int
    public var rightCount: Int
    /// The earliest pair that parts, by step.
    public var parting: Parting?
    /// The earliest point without a partner, by step.
    public var unpaired: Unpaired?
    /// How many pairs part.
    public var partings: Int
    /// Over all pairs, forgiven or not. Infinite where one side is no number; relative to the original.
    public var largestAbsolute: Double
    public var largestRelative: Double
    /// Why it is undecided, or what else is to be said.
    public var reason: String?

    /// The earliest step at which the two part; nil also where one side lacks the series as a whole.
    public var firstStep: Int64? {
        leftCount == 0 || rightCount == 0 ? nil : [parting?.step, unpaired?.step].compactMap { $0 }.min()
    }
}

/// One of the two executions: the original and the one that is judged against it.
public enum Side: String, Hashable, Sendable, Codable { case left, right }
