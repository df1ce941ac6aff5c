import RepriseModel

/// One curve: points in the order of their x, NaN where a value is missing.
package struct ChartSeries: Hashable, Sendable {
    /// What the legend calls it.
    package var label: String
    package var points: [ChartPoint]

    package init(label: String, points: [ChartPoint]) {
        self.label = label
        self.points = points
    }

    /// A metric series over its steps, or over the seconds since its first point.
    package init(label: String, metric points: [MetricPoint], over axis: ChartTime = .step) {
        self.label = label
        let start = points.map(\.time).min()
        let placed = points.enumerated()
            .map { index, point in
                let seconds = start.map { Double(point.time.milliseconds - $0.milliseconds) / 1000 } ?? 0
                let x = axis == .step ? Double(point.step) : seconds
                return (index: index, point: ChartPoint(x: x, y: point.value))
            }
        self.points = placed.sorted { ($0.point.x, $0.index) < ($1.point.x, $1.index) }.map(\.point)
    }
}

/// What the x axis of a metric series counts.
package enum ChartTime: Hashable, Sendable { case step, seconds }

package struct ChartPoint: Hashable, Sendable {
    package var x: Double
    package var y: Double

    package init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}

/// What is drawn: curves in one frame.
package struct Chart: Hashable, Sendable {
    package var title: String
    package var xLabel: String
    package var series: [ChartSeries]
    package var xScale: AxisScale
    package var yScale: AxisScale

    package init(
        title: String,
        xLabel: String = "step",
        series: [ChartSeries],
        xScale: AxisScale = .linear,
        yScale: AxisScale = .linear
    ) {
        self.title = title
        self.xLabel = xLabel
        self.series = series
        self.xScale = xScale
        self.yScale = yScale
    }

    /// The axes that hold every point that can be drawn; nil where there is none.
    func axes() -> (x: Axis, y: Axis)? {
        var x = Span.none
        var y = Span.none
        for point in series.lazy.flatMap(\.points) where xScale.holds(point.x) && yScale.holds(point.y) {
            x.include(point.x)
            y.include(point.y)
        }
        guard x.isSome else { return nil }
        return (Axis(x.lower, x.upper, xScale), Axis(y.lower, y.upper, yScale))
    }

    private struct Span {
        var lower: Double
        var upper: Double

        static let none = Span(lower: .infinity, upper: -.infinity)
        var isSome: Bool { lower <= upper }

        mutating func include(_ value: Double) {
            lower = min(lower, value)
            upper = max(upper, value)
        }
    }
}
