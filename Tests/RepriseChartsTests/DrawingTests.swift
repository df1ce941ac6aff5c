import RepriseCharts
import RepriseModel
import Testing

@Suite struct `Down-sampling` {
    @Test func `keeps the extremes, the ends and a gap`() {
        var points = (0..<100_000).map { ChartPoint(x: Double($0), y: 0) }
        points[31_415].y = 9
        points[27_182].y = -9
        points[50_000].y = .nan
        let kept = ChartSeries(label: "a", points: points).downSampled(buckets: 100).points
        #expect(kept.count <= 500)
        #expect(kept.contains { $0.y == 9 } && kept.contains { $0.y == -9 } && kept.contains { $0.y.isNaN })
        #expect(kept.first == points.first && kept.last == points.last)
        #expect(kept.map(\.x) == kept.map(\.x).sorted())
    }

    @Test func `leaves a short series alone`() {
        #expect(falling("a").downSampled(buckets: 10) == falling("a"))
    }
}

@Suite struct `Numbers` {
    static let examples: [(Double, String)] = [
        (0, "0"), (1, "1"), (0.3125, "0.3125"), (-0.1, "-0.1"), (12_500, "12500"), (0.99996, "1"),
        (1.5e-7, "1.5e-7"), (999_999, "1000000"), (1e7, "1e7"), (123_456_789, "1.235e8"), (1000, "1000"),
        (.nan, "NaN"), (.infinity, "Infinity"), (-Double.infinity, "-Infinity"), (1e300, "1e300"),
    ]

    @Test(arguments: examples)
    func `are short`(value: Double, text: String) {
        #expect(NumberText.short(value) == text)
    }

    @Test func `keep the digits that are asked for`() {
        #expect(NumberText.fixed(2, decimals: 3) == "2.000")
        #expect(NumberText.fixed(-0.0004, decimals: 3) == "0.000")
        #expect(NumberText.fixed(-12.345, decimals: 1) == "-12.3")
        #expect(NumberText.fixed(7, decimals: 0) == "7")
    }
}

@Suite struct `A metric series` {
    private func point(_ step: Int64, _ milliseconds: Int64, _ value: Double) -> MetricPoint {
        MetricPoint(key: "loss", step: step, time: Timestamp(milliseconds: milliseconds), value: value)
    }

    @Test func `is drawn over its steps or its seconds, in their order`() {
        let points = [point(2, 5000, 0.2), point(1, 3000, 0.3), point(1, 4000, 0.25)]
        let steps = ChartSeries(label: "a", metric: points)
        #expect(steps.points == [.init(x: 1, y: 0.3), .init(x: 1, y: 0.25), .init(x: 2, y: 0.2)])
        let seconds = ChartSeries(label: "a", metric: points, over: .seconds)
        #expect(seconds.points.map(\.x) == [0, 1, 2])
    }
}
