import RepriseCharts
import RepriseModel

/// Draws metric series into the terminal, or as wide as text usually is elsewhere.
struct CurveDrawing {
    let console: Console
    var yScale = AxisScale.linear
    var time = ChartTime.step

    func draw(_ series: [(label: String, points: [MetricPoint])], key: String, height: Int = 10) throws {
        let chart = Chart(
            title: key,
            xLabel: time == .step ? "step" : "seconds",
            series: series.map { ChartSeries(label: $0.label, metric: $0.points, over: time) },
            yScale: yScale
        )
        let style = TerminalChart.Style(isUnicode: console.isUnicode, isColoured: console.outputIsColoured)
        let width = min(console.width, 100)
        try console.line("")
        for line in TerminalChart(chart, width: width, height: height, style: style).lines { try console.line(line) }
    }
}
