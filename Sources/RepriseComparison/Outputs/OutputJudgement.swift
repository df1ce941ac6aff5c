import RepriseModel

/// Where two contents part, with what stands there on either side.
public struct Spot: Hashable, Sendable, Codable {
    /// In the words of the format: `$.loss[3]`, `row 4, column lr`, `weights[2, 7]`, `line 3, column 9`, `byte 120`.
    public var place: String
    /// What the original has there, shortened for a line of text.
    public var left: String
    public var right: String
    /// The distance, where both are numbers.
    public var difference: Double?
    public var allowed: Double?

    public init(place: String, left: String, right: String, difference: Double? = nil, allowed: Double? = nil) {
        self.place = place
        self.left = left
        self.right = right
        self.difference = difference
        self.allowed = allowed
    }
}

/// How one output of two executions compares.
public struct OutputJudgement: Hashable, Sendable, Codable {
    /// As `OutputRecord.path` has it.
    public var path: String
    public var outcome: Verdict.Outcome
    /// The class that the experiment declares for it.
    public var tolerance: Tolerance
    /// How the content was read: `bytes`, `JSON`, `CSV`, `NumPy`, `text`, …; nil where it was not.
    public var format: String?
    /// Where they part.
    public var spot: Spot?
    /// The largest distance between two numbers that were forgiven.
    public var largestDifference: Double?
    /// What else is to be said: why it is undecided, that one side lacks it, that only the bytes differ.
    public var reason: String?

    public init(
        path: String,
        outcome: Verdict.Outcome,
        tolerance: Tolerance = .bitwise,
        format: String? = nil,
        spot: Spot? = nil,
        largestDifference: Double? = nil,
        reason: String? = nil
    ) {
        self.path = path
        self.outcome = outcome
        self.tolerance = tolerance
        self.format = format
        self.spot = spot
        self.largestDifference = largestDifference
        self.reason = reason
    }
}
