import RepriseModel

/// Points of one series in columns of the same length, in the order in which they were logged.
package struct SeriesPoints: Hashable, Sendable {
    package var steps: [Int64]
    /// Milliseconds since 1970.
    package var times: [Int64]
    package var values: [Double]

    package init(steps: [Int64] = [], times: [Int64] = [], values: [Double] = []) {
        self.steps = steps
        self.times = times
        self.values = values
    }

    package var count: Int { values.count }
    package var isEmpty: Bool { values.isEmpty }

    package mutating func append(step: Int64, time: Int64, value: Double) {
        steps.append(step)
        times.append(time)
        values.append(value)
    }

    package mutating func append(_ more: SeriesPoints) {
        steps += more.steps
        times += more.times
        values += more.values
    }

    package mutating func reserveCapacity(_ count: Int) {
        steps.reserveCapacity(count)
        times.reserveCapacity(count)
        values.reserveCapacity(count)
    }

    /// The points at these positions.
    package subscript(positions: Range<Int>) -> SeriesPoints {
        SeriesPoints(
            steps: Array(steps[positions]),
            times: Array(times[positions]),
            values: Array(values[positions])
        )
    }
}
