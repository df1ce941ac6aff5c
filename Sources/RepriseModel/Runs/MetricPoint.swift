/// One value of one metric series of one run.
public struct MetricPoint: Hashable, Sendable {
    public var key: String
    /// The program's own count; the number of points before it where the program gives none.
    public var step: Int64
    public var time: Timestamp
    public var value: Double

    public init(key: String, step: Int64, time: Timestamp, value: Double) {
        self.key = key
        self.step = step
        self.time = time
        self.value = value
    }
}

/// What lists and filters know of a series without reading it. NaN counts, but is never minimum or maximum.
public struct SeriesSummary: Hashable, Sendable, Codable {
    public var key: String
    public var count: Int64
    public var last: Double
    public var lastStep: Int64
    public var lastTime: Timestamp
    /// NaN while every point is NaN.
    public var min: Double
    public var max: Double

    public init(
        key: String,
        count: Int64,
        last: Double,
        lastStep: Int64,
        lastTime: Timestamp,
        min: Double,
        max: Double
    ) {
        self.key = key
        self.count = count
        self.last = last
        self.lastStep = lastStep
        self.lastTime = lastTime
        self.min = min
        self.max = max
    }
}

/// Which way a metric is better, and how much of a difference `verify` forgives.
public struct MetricRule: Hashable, Sendable, Codable {
    public enum Goal: String, Hashable, Sendable, Codable { case minimize, maximize }

    public var goal: Goal?
    public var tolerance: Tolerance

    public init(goal: Goal? = nil, tolerance: Tolerance = .bitwise) {
        self.goal = goal
        self.tolerance = tolerance
    }
}

/// The class by which two executions are judged to be the same.
public enum Tolerance: Hashable, Sendable, Codable {
    /// Bit for bit.
    case bitwise
    /// |a − b| ≤ absolute + relative · |a|, a being the original. NaN equals NaN; an infinity equals itself.
    case within(absolute: Double, relative: Double)
    /// By the spread over repeats of the same variant.
    case statistical
}
