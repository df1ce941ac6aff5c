import RepriseCharts
import RepriseTestKit
import Testing

@Suite struct `Charts in the terminal` {
    private func chart(_ chart: Chart, _ style: TerminalChart.Style = .init(), height: Int = 10) -> String {
        TerminalChart(chart, width: 60, height: height, style: style).text
    }

    @Test func `look as they should`() throws {
        let gap = Chart(title: "with a gap", series: [falling("a", gapAt: 9)])
        let two = Chart(title: "two", series: [falling("fast"), falling("slow", from: 1.5)])
        let logarithmic = Chart(
            title: "logarithmic",
            series: [ChartSeries(label: "a", points: (0...20).map { ChartPoint(x: Double($0), y: Double(1 << $0)) })],
            yScale: .logarithmic
        )
        let constant = Chart(title: "constant", series: [falling("a", 1)])
        let pictures = [
            chart(oneCurve), chart(gap), chart(two), chart(logarithmic), chart(constant),
            chart(oneCurve, .init(isUnicode: false)),
            chart(two, .init(isUnicode: false)),
            chart(two, .init(isUnicode: true, isColoured: true), height: 5),
            chart(Chart(title: "nothing", series: [falling("a", 0)])),
        ]
        try expectGolden(pictures.joined(separator: "\n"), "terminal-charts.txt")
    }

    @Test func `hold the width they were given`() {
        for width in [20, 37, 80, 200] {
            let lines = TerminalChart(oneCurve, width: width, height: 8).lines
            #expect(lines.allSatisfy { $0.count <= width }, "\(width) columns")
        }
    }

    @Test func `write nothing but ASCII where the locale is not UTF-8`() {
        let two = Chart(title: "t", series: [falling("a"), falling("b", from: 1)])
        #expect(chart(two, .init(isUnicode: false)).utf8.allSatisfy { $0 < 0x80 })
    }

    @Test func `keep control characters of a label away from the terminal`() {
        let odd = Chart(title: hostile, xLabel: hostile, series: [falling(hostile), falling("b")])
        #expect(!chart(odd).unicodeScalars.contains { $0.value == 0x1B })
    }

    static let oddValues: [[Double]] = [
        [Double.nan, .nan], [.infinity, -Double.infinity], [1e308, -1e308], [.leastNonzeroMagnitude, 1e-300], [0, 0],
        [1e15, 1e15 + 1],
    ]

    @Test(arguments: oddValues)
    func `survive any values`(values: [Double]) {
        for scale in [AxisScale.linear, .logarithmic] {
            let points = values.enumerated().map { ChartPoint(x: Double($0.offset), y: $0.element) }
            let odd = Chart(title: "odd", series: [ChartSeries(label: "a", points: points)], yScale: scale)
            #expect(!TerminalChart(odd).lines.isEmpty)
            #expect(SVGChart(odd).text.hasSuffix("</svg>\n"))
        }
    }
}

@Suite struct `Sparklines` {
    @Test func `show the course of all values in the room there is`() {
        #expect(sparkline([1, 2, 3, 4], width: 4) == "▁▃▆█")
        #expect(sparkline(Array(repeating: 1, count: 50) + Array(repeating: 9, count: 50), width: 4) == "▁▁██")
        #expect(sparkline([5, 5], width: 8) == "▅▅")
        #expect(sparkline([1, .nan, 3], width: 3) == "▁ █")
        #expect(sparkline([.nan], width: 3) == "")
        #expect(sparkline([], width: 3) == "")
        #expect(sparkline([1, 2, 3], width: 3, isUnicode: false) == "_~^")
    }
}
